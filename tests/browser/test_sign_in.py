"""Signing in, staying signed in, and what happens when a session ends."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Route, expect

from local import tokens
from local.demo import page_link
from local.identity import AUDIENCE, OWNER

from .conftest import Site, give_session


def test_the_printed_link_signs_in(site: Site) -> None:
    """With nothing to press, by the code flow with PKCE, and nothing of it stays in sight."""
    visit = site.visit()
    visit.page.goto(page_link(site.up))
    expect(visit.page.locator("#who")).to_have_text(OWNER)
    expect(visit.page.get_by_role("heading", name="Demos")).to_be_visible()
    assert f"{visit.api}/app#/" == visit.page.url
    asked = next(r for r in visit.requests if "/oauth2/authorize" in r.url)
    assert ["S256"] == parse_qs(urlsplit(asked.url).query)["code_challenge_method"]
    traded = next(r for r in visit.requests if r.url.endswith("/oauth2/token"))
    assert "code_verifier=" in (traded.post_data or "")
    token = visit.page.evaluate("JSON.parse(sessionStorage.getItem('session')).token")
    assert [] == [r.url for r in visit.requests if token in r.url]


def test_the_button_leads_to_the_issuer_and_back(site: Site) -> None:
    """To the view that was asked for; signing out ends it, at the issuer as well."""
    visit = site.visit()
    visit.open("new")
    visit.page.get_by_role("button", name="Sign in").click()
    visit.page.get_by_role("button", name=OWNER).first.click()
    expect(visit.page.get_by_role("heading", name="New demo")).to_be_visible()
    token = visit.page.evaluate("JSON.parse(sessionStorage.getItem('session')).token")
    with visit.page.expect_navigation(url=f"{visit.api}/app"):
        visit.page.get_by_role("button", name="Sign out").click()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert visit.page.evaluate("sessionStorage.getItem('session')") is None
    ended = next(r.url for r in visit.requests if "/oauth2/end_session" in r.url)
    expected = {"client_id": AUDIENCE, "post_logout_redirect_uri": f"{visit.api}/app"}
    assert (
        expected.items() <= {k: v[0] for k, v in parse_qs(urlsplit(ended).query).items()}.items()
    )
    assert [] == [r.url for r in visit.requests if token in r.url]


def test_an_issuer_that_ends_no_sessions_is_left_alone(site: Site) -> None:
    """Then signing out is the page's alone."""
    visit = site.person()

    def without(route: Route) -> None:
        config = route.fetch().json()
        del config["end_session_endpoint"]
        route.fulfill(json=config)

    visit.page.route("**/config.json", without)
    visit.open("")
    visit.page.get_by_role("button", name="Sign out").click()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert [] == [r.url for r in visit.requests if "/oauth2/end_session" in r.url]


def test_a_malformed_address_signs_in_without_a_hint(site: Site) -> None:
    """Instead of an error that leaves the page blank."""
    visit = site.visit()
    visit.page.goto(f"{visit.api}/app#/sign-in/%E0%A4%A")
    visit.page.wait_for_url(f"{site.up.issuer}/**")
    assert "login_hint" not in parse_qs(urlsplit(visit.page.url).query)


@pytest.mark.parametrize("believed_for", [-5, 3600])
def test_an_expired_token_asks_to_sign_in_again(site: Site, believed_for: int) -> None:
    """Whether the page knows or the service says so; then people are where they were."""
    visit = site.visit()
    visit.email = OWNER
    old = tokens.mint(site.state / "identity", site.up.issuer, OWNER, expires_in=-60)
    give_session(visit, old, expires_in=believed_for)
    visit.open("new")
    expect(visit.page.get_by_role("alert").first).to_contain_text("Your session has ended")
    visit.page.get_by_role("button", name="Sign in").click()
    visit.page.get_by_role("button", name=OWNER).first.click()
    expect(visit.page.get_by_role("heading", name="New demo")).to_be_visible()


def test_a_session_that_ends_takes_the_page_with_it(site: Site) -> None:
    """What was private is no longer shown."""
    visit = site.person()
    visit.demo("s3", name="Private")
    expect(visit.page.locator(".lead")).to_contain_text("Ready after")
    visit.page.get_by_role("button", name="Delete").click()
    visit.page.evaluate(
        """() => {
          const session = JSON.parse(sessionStorage.getItem("session"));
          sessionStorage.setItem("session", JSON.stringify({ ...session, expires: 1 }));
        }"""
    )
    expect(visit.page.get_by_role("alert").first).to_contain_text("Your session has ended")
    expect(visit.page.locator("#who")).to_have_text("")
    expect(visit.page.get_by_text("Private")).to_have_count(0)


def test_a_sign_in_that_was_not_begun_here_is_refused(site: Site) -> None:
    """A code with a foreign state gives no session."""
    visit = site.visit()
    visit.page.goto(f"{visit.api}/app?code=abc&state=forged")
    expect(visit.page.get_by_role("alert").first).to_contain_text("not begun here")
    assert visit.page.evaluate("sessionStorage.getItem('session')") is None
    assert "code=" not in visit.page.url


def test_a_code_is_worth_nothing_without_its_verifier(site: Site) -> None:
    """The local issuer holds the verifier against the challenge."""
    with httpx.Client(base_url=site.up.issuer, trust_env=False) as client:
        asked = {
            "response_type": "code",
            "client_id": "a",
            "redirect_uri": "http://127.0.0.1/x",
            "scope": "openid",
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
            "login_hint": OWNER,
        }
        sent = client.get("/oauth2/authorize", params=asked)
        code = parse_qs(urlsplit(sent.headers["location"]).query)["code"][0]
        traded = {
            "grant_type": "authorization_code",
            "client_id": "a",
            "redirect_uri": "http://127.0.0.1/x",
            "code": code,
            "code_verifier": "v" * 43,
        }
        answer = client.post("/oauth2/token", data=traded)
    assert 400 == answer.status_code
    assert "invalid_grant" == answer.json()["error"]
