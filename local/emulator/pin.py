"""The self-test: every private name the extensions use, as it was at the pinned version."""

import inspect
from importlib import metadata

from local.emulator.patching import PinMovedError, module, private

PINNED = "1.5.33"

# Functions the extensions wrap, with the parameters they rely on being first.
FUNCTIONS: dict[str, tuple[str, ...]] = {
    "app.app": ("scope", "receive", "send"),
    "app.main": (),
    "app._dispatch_service_request": (
        "method",
        "path",
        "headers",
        "body",
        "query_params",
        "request_id",
    ),
    "app._load_persisted_state": (),
    "app._routing_params": ("method", "path", "headers", "body", "query_params"),
    "app.detect_service": ("method", "path", "headers", "query_params"),
    "core.iam_actions.request_tag_context": ("service", "iam_action", "body", "params"),
    "core.iam_actions.extract_resource_arn": ("service", "method", "path", "headers", "body"),
    "core.iam_actions.extract_iam_action": ("service", "method", "path", "headers", "body"),
    "core.iam_evaluator._resolve_condition_key": ("key", "ctx"),
    "core.lambda_runtime.Worker.invoke": ("self", "event", "request_id"),
    "core.persistence.load_state": ("service",),
    "core.persistence.save_state": ("service", "data"),
    "core.responses.set_request_account_id": (),
    "core.responses.set_request_region": (),
    "core.router.extract_access_key_id": ("headers", "query_params"),
    "services.apigateway_v1._put_gateway_response": ("api_id", "response_type", "data"),
    "services.cloudformation.engine._evaluate_conditions": ("template",),
    "services.cloudformation.engine._extract_deps": ("resource_def", "all_resource_names"),
    "services.cloudformation.handlers._delete_stack": ("params",),
    "services.cloudformation.provisioners._apigw_rest_api_create": (
        "logical_id",
        "props",
        "stack_name",
    ),
    "services.cloudformation.stacks._add_event": (
        "stack_id",
        "stack_name",
        "logical_id",
        "resource_type",
        "status",
        "reason",
    ),
    "services.cloudformation.stacks._delete_stack_async": ("stack_name", "stack_id"),
    "services.cloudformation.stacks._deploy_stack_async": (
        "stack_name",
        "stack_id",
        "template",
        "param_values",
        "disable_rollback",
        "tags",
        "is_update",
    ),
    "services.cloudformation.stacks._runs_on_worker_thread": ("resource_type",),
    "services.cloudformation.stacks._provision_keeping_seed": (),
    "services.cloudformation.stacks._update_keeping_seed": (),
    "services.cloudformation.stacks._update_resource": ("resource_type",),
    "services.cloudformation.stacks._delete_resource": (
        "resource_type",
        "physical_id",
        "props",
        "stack_name",
        "logical_id",
    ),
    "services.cloudformation.stacks.run_reentrant": ("fn",),
    "services.dynamodb._build_change_record": ("table", "event_name", "old_item", "new_item"),
    "services.dynamodb._emit_stream_event": ("table_name", "event_name", "old_item", "new_item"),
    "services.dynamodb._extract_key_val": (),
    "services.dynamodb._remove_item": ("table", "pk_val", "sk_val"),
    "services.dynamodb._ttl_reaper": (),
    "services.dynamodb._update_ttl": ("data",),
    "services.eventbridge._put_events": ("data", "allow_aws_source"),
    "services.lambda_svc._execute_function": ("func", "event"),
    "services.lambda_svc._execute_function_warm": ("func", "event", "request_id"),
    "services.stepfunctions._execute_task": ("state_def", "raw_input", "execution", "ctx"),
    "services.stepfunctions._invoke_with_callback": (
        "resource",
        "input_data",
        "token",
        "state_def",
    ),
    "services.stepfunctions._resolve_path": ("path", "data"),
    "services.s3._bucket_has_versions": ("name",),
}

# Stores and constants the extensions read or add to.
VALUES = (
    "services.lambda_svc._dynamodb_stream_positions",
    "core.lambda_runtime._PYTHON_WORKER_SCRIPT",
    "core.lambda_runtime.zipfile",
    "core.responses.AccountRegionScopedDict",
    "services.cloudformation._stacks",
    "services.cloudformation.provisioners._RESOURCE_HANDLERS",
    "services.cloudformation.provisioners._STACK_TAG_PROPERTY",
    "services.cloudformation.stacks.CLIENT_REQUEST_TOKEN",
    "services.alb._lbs",
    "services.alb._listeners",
    "services.alb._rules",
    "services.alb._tags",
    "services.alb._tgs",
    "services.cloudwatch_logs._log_groups",
    "services.dynamodb._lock",
    "services.dynamodb._tables",
    "services.dynamodb._ttl_settings",
    "services.ec2._tags",
    "services.ecs._clusters",
    "services.ecs._services",
    "services.ecs._task_defs",
    "services.rds._clusters",
    "services.rds._instances",
    "services.rds._param_groups",
    "services.rds._subnet_groups",
    "services.rds._tags",
    "services.s3._bucket_tags",
    "services.s3._buckets",
    "services.ssm._PUBLIC_AMI_PARAMETERS",
    "services.sts._sessions",
    "services.tagging._COLLECTORS",
    "services.tagging._collect_secretsmanager",
    "services.tagging._ecs_resource_exists",
)


def check() -> None:
    """Raise `PinMovedError` naming every private name that is not as it was at `PINNED`."""
    problems = [*_version_problems(), *_function_problems(), *_value_problems()]
    if problems:
        raise PinMovedError(
            f"local/emulator extends ministack {PINNED}; look at each of these again:\n  "
            + "\n  ".join(problems)
        )


def _version_problems() -> list[str]:
    installed = metadata.version("ministack")
    return [] if installed == PINNED else [f"version is {installed}, not {PINNED}"]


def _find(dotted: str) -> object:
    """Find the object behind `services.x.name` or `core.x.Class.name`."""
    parts = dotted.split(".")
    depth = next((i for i, part in enumerate(parts) if part[0].isupper()), len(parts) - 1)
    owner = module(".".join(parts[:depth]))
    for part in parts[depth:]:
        owner = private(owner, part)
    found: object = owner
    return found


def _function_problems() -> list[str]:
    problems = []
    for dotted, expected in FUNCTIONS.items():
        try:
            found = _find(dotted)
        except PinMovedError as error:
            problems.append(str(error))
            continue
        actual = tuple(inspect.signature(found).parameters)  # type: ignore[arg-type]
        if actual[: len(expected)] != expected:
            problems.append(f"ministack.{dotted} takes {actual}, not {expected}")
    return problems


def _value_problems() -> list[str]:
    problems = []
    for dotted in VALUES:
        try:
            _find(dotted)
        except PinMovedError as error:
            problems.append(str(error))
    return problems
