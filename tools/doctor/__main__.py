"""`make doctor STAGE=prod`: asks the account of your AWS credentials what only it can answer.

Nothing is made that stays: change sets are deleted again, and everything else only reads. Exit
status 0 when nothing found would make a demo fail, 1 otherwise; what was not checked is listed.
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.kinds import BUNDLE
from local import service
from tools.deploy import SERVICE_STACK, advice
from tools.doctor.account import Account, ClientFactory, place_of
from tools.doctor.change_sets import check_templates
from tools.doctor.findings import Check, Finding, Verdict, run
from tools.doctor.images import (
    check_databases,
    check_images,
    check_instance_types,
    check_platforms,
)
from tools.doctor.quotas import check_quotas
from tools.doctor.roles import check_function_roles, check_stack_role
from tools.rights.demo import stacks_of
from tools.rights.service import service as deployed_service

CHECKS: Final[Sequence[tuple[str, Check]]] = (
    ("rights", check_stack_role),
    ("rights", check_function_roles),
    ("quota", check_quotas),
    ("image", check_images),
    ("platform", check_platforms),
    ("instance type", check_instance_types),
    ("database", check_databases),
    ("template", check_templates),
)
LOCAL: Final = "local"
_COLOURS: Final = {Verdict.FAILS: "red", Verdict.NOT_ASKED: "yellow", Verdict.FINE: "green"}


def table_of(findings: Sequence[Finding]) -> Table:
    """Lay findings out for a person: what fails first, with what to do about it."""
    table = Table(box=None, pad_edge=False)
    for title in ("", "Asked", "Found"):
        table.add_column(title, overflow="fold")
    order = list(_COLOURS)
    for f in sorted(findings, key=lambda f: order.index(f.verdict)):
        found = Text(f.detail)
        if f.remedy:
            found.append(f"\n→ {f.remedy}", style="bold")
        table.add_row(Text(f.verdict, style=_COLOURS[f.verdict]), f"{f.check}: {f.subject}", found)
    return table


def summary(findings: Sequence[Finding]) -> str:
    """Return the closing sentence: what fails, and what could not be checked."""
    counted = Counter(f.verdict for f in findings)
    return (
        f"{counted[Verdict.FINE]} fine, {counted[Verdict.FAILS]} would make a demo fail, "
        f"{counted[Verdict.NOT_ASKED]} could not be checked."
    )


def account_of(stage: str) -> Account:
    """Return the account a stage is deployed in: your credentials', or the local run's."""
    templates = PackagedTemplates()
    catalog = templates.catalog()
    bodies = {name: templates.template(name) for name in catalog.components if name != BUNDLE}
    client, stack_name = _local() if stage == LOCAL else _own(stage)
    place = place_of(client, stack_name)
    return Account(
        stack_name=stack_name,
        client=functools.cache(client),
        catalog=catalog,
        template_bodies=bodies,
        stacks=stacks_of(deployed_service(place=place)),
    )


def _own(stage: str) -> tuple[ClientFactory, str]:
    def client(name: str) -> Any:
        # mypy: the stubs want a literal service name.
        return boto3.client(name)  # type: ignore[call-overload]

    return client, f"{SERVICE_STACK}-{stage}"


def _local() -> tuple[ClientFactory, str]:
    up = service.Service.read()
    session = boto3.Session(
        aws_access_key_id=up.access_key_id,
        aws_secret_access_key=up.secret_access_key,
        region_name=up.region,
    )
    return functools.partial(session.client, endpoint_url=up.emulator_url), SERVICE_STACK


def _watched(findings: Iterator[Finding], console: Console) -> list[Finding]:
    """Gather the findings, showing the last one meanwhile."""
    gathered = []
    with console.status("checking the account") as status:
        for finding in findings:
            gathered.append(finding)
            status.update(f"{len(gathered)} checked; last: {finding.check} {finding.subject}")
    return gathered


def main() -> int:
    """Ask everything, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(description="Ask an account whether demos would work in it.")
    parser.add_argument("--stage", required=True, help=f"as deployed; '{LOCAL}' is the local run")
    console = Console()
    try:
        account = account_of(parser.parse_args().stage)
        account.parameters  # noqa: B018 - the one thing without which nothing can be checked
    except (ClientError, BotoCoreError, service.ServiceError) as error:
        console.print(f"The service's stack cannot be read: {advice(error)}", markup=False)
        return 1
    findings = _watched(run(CHECKS, account), console)
    console.print(table_of(findings))
    console.print(summary(findings))
    return int(any(f.verdict is Verdict.FAILS for f in findings))


if __name__ == "__main__":
    sys.exit(main())
