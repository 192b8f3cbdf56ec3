"""Writes what each kind of action needs into `.chalice/`, from the table in `core/actions.py`.

    python -m tools.actions

It fills the parts of resources.yaml between `# begin actions: …` and `# end actions`, and the
functions of config.json. Both files are kept, so that whoever reads them reads what is deployed;
a test holds them to the table.
"""

import json
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, Protocol

from chalicelib.core.actions import ActionKind

ROOT: Final = Path(__file__).resolve().parents[1]
_TASK_MARGIN: Final = 30  # seconds by which a state outlasts its function, for retries of Lambda's
_REGION: Final = re.compile(
    r"^( *)# begin actions: ([a-z ]+)\n(?:.*\n)*? *# end actions$", re.MULTILINE
)


class Declared(Protocol):
    """What the table says of a kind of action."""

    @property
    def value(self) -> str:
        """Its name, which is its function's and its policy file's too."""

    timeout_seconds: int
    memory_mb: int


def logical_id(name: str) -> str:
    """Return what Chalice calls a function in its template: CreateStack for create_stack."""
    return "".join(part.title() for part in name.split("_"))


def _state(action: Declared) -> str:
    name = logical_id(action.value)
    return f"""\
{name}:
  Type: Task
  Resource: "${{{name}}}"
  TimeoutSeconds: {action.timeout_seconds + _TASK_MARGIN}
  Retry: *retry
  Catch: [{{ ErrorEquals: [States.ALL], ResultPath: $.error, Next: Failed }}]
  End: true"""


def _line(form: str) -> Callable[[Declared], str]:
    return lambda action: form % {"id": logical_id(action.value), "kind": action.value}


PARTS: Final[Mapping[str, Callable[[Declared], str]]] = {
    "functions": _line("%(id)s: { Metadata: *function }"),
    "log groups": _line("%(id)sLogGroup: { Metadata: *log }"),
    "invoked": _line('- { "Fn::GetAtt": [%(id)s, Arn] }'),
    "substitutions": _line('%(id)s: { "Fn::GetAtt": [%(id)s, Arn] }'),
    "choices": _line("- { Variable: $.kind, StringEquals: %(kind)s, Next: %(id)s }"),
    "states": _state,
}
"""What resources.yaml holds of one action, by the part of the file."""


def resources(text: str, actions: Iterable[Declared] = tuple(ActionKind)) -> str:
    """Return resources.yaml with its parts about actions written anew."""
    declared = tuple(actions)

    def filled(region: re.Match[str]) -> str:
        indent, part = region[1], region[2]
        lines = "\n".join(PARTS[part](action) for action in declared)
        body = f"# begin actions: {part}\n{lines}\n# end actions"
        return textwrap.indent(body, indent)

    return _REGION.sub(filled, text)


def config(text: str, actions: Iterable[Declared] = tuple(ActionKind)) -> str:
    """Return config.json with the functions of the actions in it."""
    document = json.loads(text)
    document["lambda_functions"] |= {
        action.value: {
            "iam_policy_file": f"policies/{action.value}.json",
            "lambda_timeout": action.timeout_seconds,
            "lambda_memory_size": action.memory_mb,
        }
        for action in actions
    }
    return json.dumps(document, indent=2) + "\n"


FILES: Final[Mapping[str, Callable[[str], str]]] = {
    ".chalice/resources.yaml": resources,
    ".chalice/config.json": config,
}


def main() -> None:
    """Write both files."""
    for name, written in FILES.items():
        file = ROOT / name
        file.write_text(written(file.read_text()))


if __name__ == "__main__":
    main()
