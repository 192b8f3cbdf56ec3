"""A walk through every view and transition: nothing that is seen moves, and axe finds no fault."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from . import fonts
from .conftest import Site
from .fonts import FAMILIES as FAMILIES  # noqa: PLC0414 - each test here runs in all of them
from .steps import GROWS
from .walks import JUDGED, WALKS, prospecting, signing_in

COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that may find another fault in other colours."""


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_and_nothing_is_at_fault(
    site: Site, faults: Callable[..., list[str]], family: str, width: int
) -> None:
    """Each step is a transition; what moved or is at fault is named by its step.

    axe-core judges every view and state once, at every level, best practices included; of font
    families it sees no difference.
    """
    judged = family == fonts.chosen(FAMILIES)[0]
    moved, wrong = {}, {}
    stranger, person, prospect = site.visit(), site.person(admin=True), site.visit()
    walks = [(stranger, signing_in), *((person, walk) for walk in WALKS), (prospect, prospecting)]
    for visit, walk in walks:
        # So high that everything on the page is in sight.
        visit.page.set_viewport_size({"width": width, "height": 2600})
        for step in walk(visit):
            moved[step] = visit.moved()
            if judged and step in JUDGED:
                wrong[step] = in_both_schemes(visit.page, faults)
    assert set(JUDGED) <= set(moved)
    seen = {step: what for step, what in moved.items() if what and GROWS not in step}
    assert ({}, {}) == (seen, {step: what for step, what in wrong.items() if what})


def in_both_schemes(page: Page, faults: Callable[..., list[str]]) -> list[str]:
    """Return what is at fault in light colours, and in dark ones where colours matter."""
    page.emulate_media(color_scheme="light")
    found = faults(page)
    page.emulate_media(color_scheme="dark")
    return [*found, *(f"dark: {fault}" for fault in faults(page, *COLOURS))]


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
