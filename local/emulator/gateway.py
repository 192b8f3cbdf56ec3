"""An API has the gateway responses its document names, and passes a function its own path.

MiniStack knows gateway responses but does not read `x-amazon-apigateway-gateway-responses`,
which is where SAM writes them and the one place AWS deploys together with the API. And
`requestContext.path` is the path that the caller requested, which here is a longer one.
"""

from typing import Any

from local.emulator.handlers import around_handler
from local.patching import around, pinned

_EXTENSION = "x-amazon-apigateway-gateway-responses"


def install() -> None:
    """Let the stack's REST API handlers read the extension."""
    # An update with another document calls the creation by its own name.
    around("ministack.services.cloudformation.provisioners._apigw_rest_api_create", _responding)
    around_handler("AWS::ApiGateway::RestApi", "create", _responding)
    around("ministack.services.apigateway_v1._build_lambda_event_v1", _with_own_path)


def _responding(create: Any, logical_id: str, properties: Any, stack_name: str) -> Any:
    api_id, attributes = create(logical_id, properties, stack_name)
    put = pinned("ministack.services.apigateway_v1._put_gateway_response")
    document = properties.get("Body")
    if isinstance(document, dict):
        for response_type, wanted in (document.get(_EXTENSION) or {}).items():
            status, _, answer = put(api_id, response_type, wanted)
            if status >= 400:  # noqa: PLR2004 - HTTP's first error
                raise ValueError(f"gateway response {response_type}: {answer!r}")
    return api_id, attributes


def _with_own_path(build: Any, api_id: str, stage_name: str, *rest: Any, **more: Any) -> Any:
    event = build(api_id, stage_name, *rest, **more)
    if ".execute-api." not in event["headers"].get("host", ""):
        own = f"/restapis/{api_id}/{stage_name}/_user_request_"
        event["requestContext"]["path"] = own + event["path"]
    return event
