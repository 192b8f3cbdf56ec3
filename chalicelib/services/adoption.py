"""A demo's record made again from its stacks that were found, so that the loop deletes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from chalicelib.core.catalog import Catalog
from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import NotFound, StaleRecord
from chalicelib.core.graph import build_graph, new_component
from chalicelib.core.naming import PREFIX
from chalicelib.core.teardown import reset_attempts
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Clock, TemplateRepository, Workflow
from chalicelib.services.recorder import Recorder

ACTOR: Final = "orphan search"
NOBODY: Final = "unknown owner"
"""Who owns a demo whose stacks do not say; no sign-in gives that name."""
Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """Stacks and buckets in a region, with their tags, of one demo without a live record."""

    region: str
    demo_id: str
    stacks: Mapping[str, Tags]
    buckets: Mapping[str, Tags]

    @property
    def suspect(self) -> str:
        """Return the name under which this search notes it for the next one."""
        return f"{self.region}/{self.demo_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """Makes the records that orphans lack."""

    records: DemoRecords
    recorder: Recorder
    templates: TemplateRepository
    workflow: Workflow
    clock: Clock

    def adopt(self, orphan: Orphan) -> None:
        """Make a record for the stacks, or revive the deleted one, and start its loop."""
        now = self.clock()
        text = f"found without a live demo: {', '.join(orphan.stacks)}"
        entry = Entry(at=now, actor=ACTOR, kind=EntryKind.NOTICE, text=text)
        try:
            before = self.records.get(orphan.demo_id)
        except NotFound:
            adopted = _record(orphan, self.templates.catalog(), now, text)
            self.recorder.adopt(adopted, entry)
        else:
            if not before.ended:
                raise StaleRecord(f"{orphan.demo_id} has come to life")
            adopted = _reopened(before, orphan, self.templates.catalog(), text)
            self.recorder.save(before, adopted, now=now, actor=ACTOR, entries=(entry,))
        self.workflow.start(adopted.demo_id, adopted.generation)


def _record(orphan: Orphan, catalog: Catalog, now: datetime, reason: str) -> Demo:
    """Return a demo made of what was found; its tags tell whose it was and until when."""
    tags = next(iter(orphan.stacks.values()))
    components = _components(orphan, catalog)
    return Demo(
        demo_id=orphan.demo_id,
        name=f"orphan {orphan.demo_id}",
        # Never empty, which DynamoDB refuses in the key of an index.
        owner=tag(tags, "owner") or NOBODY,
        region=orphan.region,
        requested_components=tuple(s for s, component in components.items() if not component.gone),
        components=components,
        created_at=now,
        expires_at=_moment(tag(tags, "expires-at"), now),
        desired_state=Desired.DELETED,
        phase=Phase.DELETING,
        reason=reason,
        # A loop of a generation that ran before would not start: its execution's name is used up.
        generation=int(now.timestamp()),
    )


def _reopened(before: Demo, orphan: Orphan, catalog: Catalog, reason: str) -> Demo:
    found = {n: c for n, c in _components(orphan, catalog).items() if not c.gone}
    known = before.components
    again = {n: replace(c, status=Status.READY) for n, c in known.items() if n in found}
    components = {**found, **known, **again}
    return replace(
        reset_attempts(replace(before, components=components)),
        region=orphan.region,
        reason=reason,
        deleted_at=None,
        planned_at=None,
        generation=before.generation + 1,
        looping=True,
    )


def _components(orphan: Orphan, catalog: Catalog) -> dict[str, ComponentStatus]:
    """Return the components found, in the catalog's order, with those between them as gone.

    A component that the catalog no longer has may depend on any other, so it is deleted first.
    """
    found = {tag(tags, "component") for tags in orphan.stacks.values()}
    known = sorted(found & catalog.components.keys())
    graph = build_graph(catalog, known)
    components = [
        *(new_component(catalog, graph, name) for name in graph.components),
        *(
            ComponentStatus(name=name, depends_on=tuple(known), has_bucket=True)
            for name in sorted(found - set(known))
        ),
    ]
    return {c.name: replace(c, status=Status.READY) if c.name in found else c for c in components}


def _moment(text: str, otherwise: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def tag(tags: Tags, name: str) -> str:
    """Return the value of one of our tags, empty where there is none."""
    return tags.get(f"{PREFIX}:{name}", "")
