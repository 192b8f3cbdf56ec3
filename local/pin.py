"""The self-test of the extended packages: every name in use is there, as at the pinned version.

The names are found in the sources of `local/`: whatever is given to `pinned` or `wrap`.
"""

import ast
import inspect
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from local.patching import PinMovedError, pinned

PINNED = {"ministack": "1.5.33", "oidc-provider-mock": "0.3.4"}

# Every function that is wrapped or called, with the parameters relied on being first.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "ministack.app.app": ("scope", "receive", "send"),
    "ministack.app._handle_s3_vhost_request": ("host", "path"),
    "ministack.app.main": (),
    "ministack.app._dispatch_service_request": (
        "method",
        "path",
        "headers",
        "body",
        "query_params",
        "request_id",
    ),
    "ministack.app._load_persisted_state": (),
    "ministack.app._routing_params": ("method", "path", "headers", "body", "query_params"),
    "ministack.app.detect_service": ("method", "path", "headers", "query_params"),
    "ministack.core.iam_actions.request_tag_context": ("service", "iam_action", "body", "params"),
    "ministack.core.iam_actions.extract_resource_arn": (
        "service",
        "method",
        "path",
        "headers",
        "body",
    ),
    "ministack.core.iam_actions.extract_iam_action": (
        "service",
        "method",
        "path",
        "headers",
        "body",
    ),
    "ministack.core.iam_evaluator._resolve_condition_key": ("key", "ctx"),
    "ministack.core.lambda_runtime.Worker.invoke": ("self", "event", "request_id"),
    "ministack.core.persistence.load_state": ("service",),
    "ministack.core.persistence.save_state": ("service", "data"),
    "ministack.core.responses.set_request_account_id": (),
    "ministack.core.responses.set_request_region": (),
    "ministack.core.router.extract_access_key_id": ("headers", "query_params"),
    "ministack.services.apigateway_v1._build_lambda_event_v1": (
        "api_id",
        "stage_name",
        "stage",
        "resource",
        "request_path",
        "method",
        "headers",
        "body",
        "query_params",
        "path_params",
        "binary_media_types",
        "authorizer_context",
        "caller_identity",
    ),
    "ministack.services.apigateway_v1._put_gateway_response": ("api_id", "response_type", "data"),
    "ministack.services.cloudformation.engine._evaluate_conditions": ("template",),
    "ministack.services.cloudformation.engine._resolve_refs": ("value",),
    "ministack.services.cloudformation.engine._extract_deps": (
        "resource_def",
        "all_resource_names",
    ),
    "ministack.services.cloudformation.handlers._delete_stack": ("params",),
    "ministack.services.cloudformation.provisioners._apigw_rest_api_create": (
        "logical_id",
        "props",
        "stack_name",
    ),
    "ministack.services.cloudformation.stacks._add_event": (
        "stack_id",
        "stack_name",
        "logical_id",
        "resource_type",
        "status",
        "reason",
    ),
    "ministack.services.cloudformation.stacks._delete_stack_async": ("stack_name", "stack_id"),
    "ministack.services.cloudformation.stacks._deploy_stack_async": (
        "stack_name",
        "stack_id",
        "template",
        "param_values",
        "disable_rollback",
        "tags",
        "is_update",
    ),
    "ministack.services.cloudformation.stacks._runs_on_worker_thread": ("resource_type",),
    "ministack.services.cloudformation.stacks._provision_keeping_seed": (),
    "ministack.services.cloudformation.stacks._update_keeping_seed": (),
    "ministack.services.cloudformation.stacks._update_resource": ("resource_type",),
    "ministack.services.cloudformation.stacks._delete_resource": (
        "resource_type",
        "physical_id",
        "props",
        "stack_name",
        "logical_id",
    ),
    "ministack.services.cloudformation.stacks.run_reentrant": ("fn",),
    "ministack.services.dynamodb._build_change_record": (
        "table",
        "event_name",
        "old_item",
        "new_item",
    ),
    "ministack.services.dynamodb._emit_stream_event": (
        "table_name",
        "event_name",
        "old_item",
        "new_item",
    ),
    "ministack.services.dynamodb._extract_key_val": (),
    "ministack.services.dynamodb._remove_item": ("table", "pk_val", "sk_val"),
    "ministack.services.dynamodb._ttl_reaper": (),
    "ministack.services.dynamodb._update_ttl": ("data",),
    "ministack.services.eventbridge._put_events": ("data", "allow_aws_source"),
    "ministack.services.lambda_svc._execute_function": ("func", "event"),
    "ministack.services.lambda_svc._execute_function_warm": ("func", "event", "request_id"),
    "ministack.services.stepfunctions._execute_task": (
        "state_def",
        "raw_input",
        "execution",
        "ctx",
    ),
    "ministack.services.stepfunctions._invoke_with_callback": (
        "resource",
        "input_data",
        "token",
        "state_def",
    ),
    "ministack.services.stepfunctions._resolve_path": ("path", "data"),
    "ministack.services.s3._bucket_has_versions": ("name",),
    "ministack.core.iam_actions._query_param": ("query_params", "key"),
    "ministack.core.responses.get_account_id": (),
    "ministack.core.responses.get_region": (),
    "ministack.services.tagging._collect_secretsmanager": (),
    "ministack.services.tagging._ecs_resource_exists": ("arn",),
    "ministack.app._credential_failure": (
        "service",
        "iam_action",
        "request_id",
        "denied",
        "headers",
    ),
    "ministack.app._is_potential_alb_request": ("host", "path"),
    "ministack.app._parse_execute_api_url": ("host", "path"),
    "ministack.core.iam_evaluator.check_credentials": ("access_key_id", "service"),
    "ministack.core.iam_evaluator.is_root_access_key": ("access_key_id",),
    "ministack.core.iam_evaluator.pin_signed_body": ("body",),
    "ministack.core.iam_evaluator.pin_signed_request": (
        "method",
        "raw_path",
        "query_params",
        "raw_headers",
        "handshake",
    ),
    "ministack.core.lambda_runtime.execution_credentials": ("config",),
    "ministack.services.sts.register_session": ("access_key", "session"),
    "ministack.core.lambda_runtime.kill_workers": ("workers",),
    "ministack.core.responses.error_response_json": (
        "code",
        "message",
        "status",
        "extra",
        "message_key",
        "content_type",
    ),
    "ministack.services.eventbridge._dispatch_to_lambda": ("arn", "payload"),
    "ministack.services.lambda_svc._execution_record_for_config": ("func", "config"),
    "ministack.services.lambda_svc._get_func_record_for_ref": ("function_ref",),
    "ministack.services.lambda_svc._throttle_response": ("reason_code", "msg", "retry_after"),
    "ministack.services.lambda_svc.acquire_worker": (
        "func_name",
        "config",
        "code_zip",
        "qualifier",
        "max_concurrency",
    ),
    "ministack.services.lambda_svc.invoke_async_with_retry": ("func", "event"),
    "ministack.services.stepfunctions._send_task_failure": ("data",),
    "ministack.services.stepfunctions._send_task_heartbeat": ("data",),
    "ministack.services.stepfunctions._send_task_success": ("data",),
    "ministack.app._enforce_execute_api": (
        "api_id",
        "stage",
        "method",
        "execute_path",
        "headers",
        "query_params",
        "iam_action",
    ),
    "ministack.app._execute_api_authorization_type": ("api_id", "stage", "method", "execute_path"),
    "ministack.core.iam_evaluator._resolve_managed_policy_document": ("policy_arn", "account_id"),
    "ministack.services.s3._delete_persisted_bucket": ("name",),
    "ministack.core.responses.now_iso": (),
    "ministack.services.alb._describe_target_health": ("params",),
    "ministack.services.alb._forward_to_tg": (
        "tg_arn",
        "method",
        "path",
        "headers",
        "body",
        "query_params",
        "raw_query_string",
        "raw_path",
    ),
    "ministack.services.alb._proxy_http_target": (
        "target",
        "tg",
        "method",
        "path",
        "headers",
        "body",
        "query_params",
        "raw_query_string",
    ),
    "ministack.services.alb.find_lb_for_host": ("host",),
    "ministack.services.alb.set_targets_for_group": ("tg_arn", "targets", "previous_ids"),
    "ministack.services.autoscaling._error": ("code", "message", "status"),
    "ministack.services.cloudformation.handlers._signal_resource": ("params",),
    "ministack.services.cloudformation.provisioners._asg_fields": ("props",),
    "ministack.services.cloudformation.provisioners._pascal_to_camel": ("obj",),
    "ministack.services.cloudformation.wait_conditions.register_slot": ("stack_id", "url"),
    "ministack.services.cloudformation.wait_conditions.validate_count": ("value", "logical_id"),
    "ministack.services.cloudformation.wait_conditions.validate_resource_signal_timeout": (
        "value",
        "logical_id",
    ),
    "ministack.services.ecs._complete_service_deployment": ("cluster_name", "svc_key"),
    "ministack.services.ecs._reconcile_service_tasks": ("cluster_name", "svc_key"),
    "ministack.services.ecs._refresh_service_state": ("cluster_name", "group"),
    "ministack.services.ecs._run_task": ("data",),
    "ministack.services.ecs._task_ip": ("task",),
    "oidc_provider_mock._app.AuthorizationCodeGrant.save_authorization_code": (
        "self",
        "code",
        "request",
    ),
    "oidc_provider_mock._app.AuthorizationCodeGrant.validate_token_request": (
        "self",
        "args",
        "kwargs",
    ),
    "oidc_provider_mock._app.OpenIDCode.get_encode_header": ("self", "client"),
    "oidc_provider_mock.app": (),
}


def names_in_use(sources: Path = Path(__file__).parent) -> frozenset[str]:
    """Find every dotted name that the modules under `sources` give to `pinned` and `wrap`."""
    files = (file for file in sources.rglob("*.py") if file != Path(__file__))
    return frozenset(name for file in files for name in _names(ast.parse(file.read_text())))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="pinned" | "wrap"), args=[ast.Constant(value=name), *_]
            ):
                yield str(name)
            case ast.Call(func=ast.Name(id="pinned" | "wrap"), lineno=line):
                raise PinMovedError(f"line {line}: a name that is no literal cannot be checked")


def check(package: str) -> None:
    """Raise `PinMovedError` naming every name that is not as it was at the pinned version."""
    problems = [*_version_problems(package), *_name_problems(package)]
    if problems:
        raise PinMovedError(
            f"local/ extends {package} by its private names; look at each of these again:\n  "
            + "\n  ".join(problems)
        )


def _version_problems(package: str) -> Iterator[str]:
    installed = metadata.version(package)
    if installed != PINNED[package]:
        yield f"{package} is {installed}, not {PINNED[package]}"


def _name_problems(package: str) -> Iterator[str]:
    prefix = package.replace("-", "_") + "."
    names = names_in_use() | FUNCTIONS.keys()
    for dotted in sorted(name for name in names if name.startswith(prefix)):
        try:
            found = pinned(dotted)
        except PinMovedError as error:
            yield str(error)
            continue
        if dotted in FUNCTIONS:
            yield from _signature_problems(dotted, found)
        elif inspect.isfunction(found):
            yield f"{dotted} is a function whose parameters are not noted"


def _signature_problems(dotted: str, found: object) -> Iterator[str]:
    expected = FUNCTIONS[dotted]
    actual = tuple(inspect.signature(found).parameters)  # type: ignore[arg-type]
    if actual[: len(expected)] != expected:
        yield f"{dotted} takes {actual}, not {expected}"
