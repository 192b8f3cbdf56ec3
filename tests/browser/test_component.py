"""A component pressed in the graph, a removal that is refused, and the form before a press."""

from __future__ import annotations

import os
import re
import subprocess

from playwright.sync_api import expect

from .conftest import Site
from .test_life import choose, press_delete

REASON = "You have reached the limit of buckets"


def test_a_component_shows_its_resources_and_its_likely_cause(site: Site) -> None:
    """By keyboard, which is back on the node when the drawer closes."""
    site.control.fail(REASON, component="s3")
    visit = site.person()
    visit.demo("s3", "vpc", keep_on_failure=True)
    page = visit.page
    expect(page.locator(".reason")).to_contain_text(REASON)
    node = page.get_by_role("button", name=re.compile("^Storage bucket"))
    node.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="Storage bucket")
    expect(drawer.get_by_role("alert")).to_contain_text(f"Likely cause: Bucket: {REASON}")
    expect(drawer.locator(".history")).to_contain_text("CREATE_FAILED")
    console = drawer.get_by_role("link", name="AWS console")
    expect(console).to_have_attribute("href", re.compile("^https://us-east-1.console.aws"))
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    expect(node).to_be_focused()
    expect(page.locator('.node[data-state="ready"]')).to_have_count(1)
    page.get_by_role("button", name=re.compile("^Virtual network")).click()
    expect(page.get_by_role("dialog").locator(".resources")).to_contain_text("AWS::EC2::VPC")
    assert [] == visit.shifts()


def test_a_refused_removal_is_shown_at_once(site: Site) -> None:
    """With its reason and the time of the next try, long before an operator is asked."""
    site.control.fail("The bucket is locked", on="delete", component="s3")
    visit = site.person()
    visit.demo("s3", name="Stuck")
    page = visit.page
    expect(page.locator(".lead")).to_contain_text("Ready after")
    press_delete(visit, "Stuck")
    refused = re.compile(r"s3, \w+: .*The bucket is locked.* It is tried again")
    expect(page.locator(".reason")).to_have_text(refused)


def test_the_form_says_what_the_lease_and_the_quotas_mean(site: Site) -> None:
    """Before anything is pressed: presets, the total, a lease that is too short or too long."""
    visit = site.person()
    page = visit.page
    visit.open("new")
    page.get_by_role("button", name="Web tier with database").click()
    expect(page.get_by_role("checkbox", name="Web tier")).to_be_checked()
    expect(page.locator(".plan")).to_contain_text("0 of 50 yours")
    expect(page.locator(".plan")).to_contain_text(re.compile(r"\$0\.\d+/h, \$\d\.\d+ for 4 hours"))
    names = page.locator(".plan .gantt-name").all_inner_texts()
    assert {"vpc", "sg", "rds", "asg"} == set(names)
    hours = page.get_by_label("Lease in hours")
    for wrong in ("0", "1000"):
        hours.fill(wrong)
        expect(page.locator("#ttl_hours-error")).to_contain_text("at most 72 hours")
        expect(page.get_by_role("button", name="Create this demo")).to_be_disabled()
        expect(page.locator(".plan")).not_to_contain_text("$")  # it was another lease's
    hours.fill("0.1")
    expect(page.locator(".warning")).to_contain_text("nothing of it is left")
    hours.fill("8")
    expect(page.locator(".warning")).to_have_text("")
    expect(page.get_by_label("or until")).not_to_have_value("")
    page.get_by_label("or until").fill("2020-01-01T10:00")
    expect(page.locator("#ttl_hours-error")).to_contain_text("more than 0")
    hours.fill("")
    choose(page, "s3")
    page.get_by_role("button", name="Create this demo").click()
    expect(page.locator(".lead")).to_be_visible()
    visit.open("new")
    expect(page.get_by_role("button", name="As last time")).to_be_visible()


def test_the_request_is_copied_as_a_command_without_the_token(site: Site) -> None:
    """A shell that has a token makes the demo with it, whatever signs are in its name."""
    visit = site.person(permissions=["clipboard-read", "clipboard-write"])
    page = visit.page
    visit.open("new")
    copy = page.get_by_role("button", name="Copy request as curl")
    expect(copy).to_be_disabled()
    choose(page, "s3")
    page.get_by_label("Name").fill("O'Brien's $TOKEN")
    copy.click()
    page.wait_for_function("async () => (await navigator.clipboard.readText()).includes('curl')")
    command = str(page.evaluate("navigator.clipboard.readText()"))
    assert visit.token not in command
    shell = {"PATH": os.environ["PATH"], "TOKEN": visit.token}
    subprocess.run(["/bin/sh", "-c", command], env=shell, check=True, capture_output=True)
    visit.open("")
    expect(page.locator(".rows")).to_contain_text("O'Brien's $TOKEN")
