"""What a check found out: one value a question, laid out by the table, counted by the status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from tools.doctor.account import Account

T = TypeVar("T")


class Verdict(StrEnum):
    """How a question was answered; only `FAILS` means that a demo would fail."""

    FINE = "fine"
    FAILS = "fails"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One question's answer: what it is about, what was found, and what to do where it fails."""

    check: str
    subject: str
    verdict: Verdict
    detail: str = ""
    remedy: str = ""


Check = Callable[["Account"], Iterable[Finding]]


def run(checks: Iterable[tuple[str, Check]], account: Account) -> Iterator[Finding]:
    """Yield every finding as it is made; a check that AWS does not allow is reported as such."""
    for name, check in checks:
        try:
            yield from check(account)
        except (ClientError, BotoCoreError) as error:
            yield not_asked(name, name, error)


def not_asked(check: str, subject: str, why: object) -> Finding:
    """Return that a question could not be checked, and why."""
    text = _reason(why) if isinstance(why, ClientError) else str(why)
    detail = " ".join(text.split())
    return Finding(check=check, subject=subject, verdict=Verdict.NOT_ASKED, detail=detail)


def _reason(error: ClientError) -> str:
    details = error.response["Error"]
    return (
        details.get("Message")
        or f"{error.operation_name} is not answered here ({details['Code']})"
    )


def judged(check: str, subject: str, *, ok: bool, detail: str, remedy: str) -> Finding:
    """Return an answered question, its remedy kept only where it fails."""
    verdict = Verdict.FINE if ok else Verdict.FAILS
    return Finding(
        check=check,
        subject=subject,
        verdict=verdict,
        detail=detail,
        remedy="" if ok else remedy,
    )
