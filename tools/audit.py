"""Judges the templates and their policies with checkov and parliament.

    python -m tools.audit

Both run in an environment of their own, `.venv-audit`: checkov pins old versions of what the
rest uses. Neither asks the network. A finding that is to stay is explained at its resource:

    Metadata:
      checkov: { skip: [{ id: CKV_AWS_18, comment: the reason }] }
      parliament: { skip: [{ id: RESOURCE_STAR, comment: the reason }] }

An explanation that no finding needs any more is a finding too.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tools import packaging
from tools.rights.demo import stacks_of
from tools.rights.service import ROOT, service
from tools.rights.template import Stack, load

SERVICE: Final = "service"
"""The name of the packaged service among the components' names."""

_PROGRAMS: Final = ROOT / ".venv-audit" / "bin"
_TRUST: Final = "AssumeRolePolicyDocument"  # parliament judges what a role may do, not who has it


class AuditError(Exception):
    """A tool did not do its work; the message is what it printed."""


@dataclass(frozen=True, order=True)
class Finding:
    """What a tool objects to: a rule of its own, at a resource of a template."""

    tool: str
    template: str
    resource: str
    rule: str

    def __str__(self) -> str:
        return f"{self.tool}: {self.template}: {self.resource}: {self.rule}"


def explained(templates: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield each finding that a template explains; raise AuditError without a reason."""
    for template, body in templates.items():
        for resource, declared in body["Resources"].items():
            for tool in ("checkov", "parliament"):
                for skip in declared.get("Metadata", {}).get(tool, {}).get("skip", ()):
                    finding = Finding(tool, template, resource, skip["id"])
                    if not skip.get("comment"):
                        raise AuditError(f"{finding} is skipped without a comment")
                    yield finding


def checkov(files: Mapping[str, Path]) -> Iterator[Finding]:
    """Yield what checkov finds in templates, whether or not they explain it."""
    options = ["--framework", "cloudformation", "--skip-download", "--compact", "--output", "json"]
    report = json.loads(_run("checkov", *options, "--file", *map(str, files.values())))
    names = {path.name: name for name, path in files.items()}
    if report.get("summary", {}).get("parsing_errors", 1):
        raise AuditError(f"checkov could not read every template: {report}")
    for outcome in ("failed_checks", "skipped_checks"):
        for found in report["results"][outcome]:
            template = names[Path(found["file_path"]).name]
            resource = found["resource"].rpartition(".")[2]
            yield Finding("checkov", template, resource, found["check_id"])


def parliament(stacks: Mapping[str, Stack]) -> Iterator[Finding]:
    """Yield what parliament finds in the policies of stacks, whether or not they explain it."""
    with tempfile.TemporaryDirectory() as name:
        places = {}
        for number, (place, document) in enumerate(_policies(stacks)):
            file = Path(name) / f"{number}.json"
            file.write_text(json.dumps(document), encoding="utf-8")
            places[file.name] = place
        printed = _run("parliament", "--directory", name, "--json")
    for line in printed.splitlines():
        found = json.loads(line)
        place = places[Path(found["location"]["filepath"]).name]
        yield Finding("parliament", *place, found["issue"])


def _policies(stacks: Mapping[str, Stack]) -> Iterator[tuple[tuple[str, str], Any]]:
    for name, stack in stacks.items():
        for resource in stack.resources():
            for document in _documents(resource.properties):
                yield (name, resource.logical_id), document


def _documents(node: Any) -> Iterator[Any]:
    """Yield every policy document in a resource's properties, but who may assume a role."""
    if isinstance(node, Mapping):
        if "Statement" in node:
            yield node
        for key, value in node.items():
            if key != _TRUST:
                yield from _documents(value)
    elif isinstance(node, list):
        for value in node:
            yield from _documents(value)


def _run(program: str, *arguments: str) -> str:
    """Return what a tool printed. Both exit with 1 when they find something."""
    done = subprocess.run(
        [str(_PROGRAMS / program), *arguments], check=False, capture_output=True, text=True
    )
    if done.returncode not in (0, 1) or (done.returncode and not done.stdout):
        raise AuditError(f"{program} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def complaints(found: set[Finding], reasons: set[Finding]) -> list[str]:
    """Return a line for each finding without a reason and each reason without a finding."""
    return [
        *(str(finding) for finding in sorted(found - reasons)),
        *(f"{finding} is explained and not found" for finding in sorted(reasons - found)),
    ]


def main() -> int:
    """Judge everything; the exit status is 1 where something is left to explain."""
    deployed = service()
    package = packaging.build_local().template
    files = {path.stem: path for path in sorted((ROOT / "cfn").glob("*.yaml"))}
    files[SERVICE] = package
    # A Slack secret has a path; without one its policy would name no parameter.
    settings = {"SlackSecretName": "/stelligent-demo/slack"}
    stacks = {**stacks_of(deployed), SERVICE: Stack(load(package), settings, deployed.stack.place)}
    reasons = set(explained({name: load(path) for name, path in files.items()}))
    left = complaints({*checkov(files), *parliament(stacks)}, reasons)
    print("\n".join(left) or f"checkov and parliament: {len(reasons)} findings, each explained")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
