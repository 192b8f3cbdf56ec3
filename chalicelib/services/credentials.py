"""Read the credentials of what a demo runs, for its owner alone, and say so on the timeline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.credentials import Credentials, SignIn, credentials
from chalicelib.core.demo import Demo, Desired
from chalicelib.core.errors import NotAllowed
from chalicelib.core.identity import Caller
from chalicelib.core.naming import PREFIX
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.offer import Offer
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Clock
from chalicelib.services.ports.targets import Targets
from chalicelib.services.read import ReadDemos

_UP: Final = frozenset({Status.READY, Status.UPDATING})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCredentials:
    """Users and passwords, read when they are requested and kept nowhere."""

    read: ReadDemos
    offer: Offer
    records: DemoRecords
    targets: Targets
    clock: Clock

    def of(self, caller: Caller, demo_id: str) -> tuple[Credentials, ...]:
        """Return the credentials of every component that has some, in the demo's order.

        The timeline says so before anything is read. Raises NotFound, or NotAllowed for an admin,
        who may see the demo: were it read by two people, nobody could say who used a password.
        """
        demo = self.read.find(caller, demo_id)
        if demo.owner != caller.owner:
            raise NotAllowed("only the owner of a demo may read its credentials")
        found = [*self._sign_ins(demo)]
        if not found:
            return ()
        named = ", ".join(component.name for component, _ in found)
        text = f"credentials read: {named}"
        entry = Entry(at=self.clock(), actor=caller.owner, kind=EntryKind.ACCESS, text=text)
        self.records.append(demo, entry)
        secrets = self.targets.of(demo.region).secrets
        return tuple(
            credentials(c.name, sign_in, c.outputs, secrets.read(c.outputs[sign_in.secret]))
            for c, sign_in in found
        )

    def _sign_ins(self, demo: Demo) -> Iterator[tuple[ComponentStatus, SignIn]]:
        if demo.desired_state is Desired.DELETED:
            return
        known = self.offer.catalog().components
        for component in demo.components.values():
            sign_in = known[component.name].sign_in if component.name in known else None
            if (
                sign_in
                and component.status is Status.READY
                and _is_there(demo, component, sign_in)
            ):
                yield component, sign_in


def _is_there(demo: Demo, component: ComponentStatus, sign_in: SignIn) -> bool:
    """Whether a component names a secret, and the secret's name says that it is this demo's.

    IAM tells this service's secrets from others, but not one demo's from another's.
    """
    outputs = component.outputs
    name = outputs.get(sign_in.secret, "").rpartition(":secret:")[2]
    ours = name.startswith((f"{PREFIX}-{demo.demo_id}-", f"{PREFIX}/{demo.demo_id}/"))
    return ours and sign_in.address in outputs
