"""A walk through every view and transition: nothing that is seen moves, and axe finds no fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from . import fonts
from .conftest import Site
from .fonts import FAMILIES as FAMILIES  # noqa: PLC0414 - each test here runs in all of them
from .walks import GROWS, WALKS, prospecting, signing_in

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_and_nothing_is_at_fault(
    site: Site, faults: Callable[[Page], list[str]], family: str, width: int
) -> None:
    """Each step is a transition; what moved or is at fault is told by its step.

    axe-core judges every step in both colour schemes, at every level, best practices included;
    it sees no difference between font families.
    """
    schemes = SCHEMES if family == fonts.chosen(FAMILIES)[0] else ()
    moved, wrong = {}, {}
    stranger, prospect = site.visit(), site.visit()
    person = site.person(admin=True)
    walks = [(stranger, signing_in), *((person, walk) for walk in WALKS), (prospect, prospecting)]
    for visit, walk in walks:
        page = visit.page
        # So high that everything on the page is in sight.
        page.set_viewport_size({"width": width, "height": 2600})
        for step in walk(visit):
            moved[step] = visit.moved()
            for scheme in schemes:
                page.emulate_media(color_scheme=scheme)
                wrong[f"{step}, {scheme}"] = faults(page)
    assert {} == {step: what for step, what in moved.items() if what and GROWS not in step}
    assert {} == {step: what for step, what in wrong.items() if what}


def test_only_one_family_is_there(site: Site, family: str) -> None:
    """The browser draws all words in the family under test."""
    visit = site.visit()
    visit.open("")
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    heading = session.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})
    drawn = session.send("CSS.getPlatformFontsForNode", heading)["fonts"]
    assert [family] == [font["familyName"] for font in drawn]
