"""Commands from Slack that change a demo's spec, or read how to sign in to it."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.core.costs import cost_of
from chalicelib.core.demo import Demo, Desired
from chalicelib.core.identity import Caller
from chalicelib.core.spec import SpecChange
from chalicelib.services.access import AccessRequests
from chalicelib.services.change import ChangeDemo
from chalicelib.services.credentials import ReadCredentials
from chalicelib.services.offer import Offer
from chalicelib.services.slack.commands import (
    Allow,
    AnswerRequest,
    Begin,
    CredentialsResult,
    Pause,
    PauseQuestion,
    Resume,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecCommands:
    """The use cases that these commands call."""

    change: ChangeDemo
    access: AccessRequests
    credentials: ReadCredentials
    offer: Offer

    def set_desired_state(
        self, demo: Demo, command: Pause | Resume | Begin, caller: Caller
    ) -> Demo | PauseQuestion:
        """Pause, resume or begin a demo and return it; a pause is a question until confirmed.

        One that waits has nothing to pause, so there is no question.
        """
        if isinstance(command, Pause) and not command.confirmed and not demo.waiting:
            return self._question(demo)
        state = Desired.PAUSED if isinstance(command, Pause) else Desired.RUNNING
        change = SpecChange(desired_state=state, starts_now=isinstance(command, Begin))
        return self.change.change(demo, change, actor=caller.owner)

    def _question(self, demo: Demo) -> PauseQuestion:
        catalog = self.offer.catalog()
        known = [catalog.components[n] for n in demo.components if n in catalog.components]
        return PauseQuestion(
            demo=demo,
            loses=tuple(f"{c.title}: {c.pause_loses}" for c in known if c.pause_loses),
            cost=cost_of(catalog, [c.name for c in known], demo.parameters, demo.region),
        )

    def let_in(self, demo: Demo, command: Allow | AnswerRequest, caller: Caller) -> Demo:
        """Change who may reach a demo, and return it."""
        if isinstance(command, AnswerRequest):
            answer = self.access.let_in if command.let_in else self.access.decline
            return answer(caller, demo.demo_id, command.address)
        if command.out:
            return self.access.allow(caller, demo.demo_id, remove=command.blocks)
        return self.access.allow(caller, demo.demo_id, add=command.blocks)

    def show_credentials(self, demo: Demo, caller: Caller) -> CredentialsResult:
        """Read the credentials of what a demo runs."""
        return CredentialsResult(demo=demo, credentials=self.credentials.of(caller, demo.demo_id))
