"""What the service's own stack says of its API, its table and its settings."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app import app
from chalicelib.core.policy import Quotas
from tools.infrastructure.template import service_template

VPCS = 5
"""Networks an account may have in a region (Amazon VPC quotas); one is there from the start."""


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """Return what is merged over Chalice's own template."""
    return service_template()


def test_every_method_is_throttled(template: dict[str, Any]) -> None:
    """Whoever knows the address may call, but not without end."""
    settings, asking = template["Resources"]["RestAPI"]["Properties"]["MethodSettings"]
    assert ("/*", "*") == (settings["ResourcePath"], settings["HttpMethod"])
    assert {"Ref": "RequestsPerSecond"} == settings["ThrottlingRateLimit"]
    assert {"Ref": "RequestsAtOnce"} == settings["ThrottlingBurstLimit"]
    # A path in a method setting is written as a JSON Pointer (API Gateway, MethodSetting).
    path = asking["ResourcePath"].removeprefix("/").replace("~1", "/")
    assert app.routes[path][asking["HttpMethod"]]
    assert 2 == asking["ThrottlingRateLimit"]


def test_an_access_log_tells_no_secret(template: dict[str, Any]) -> None:
    """A path, a query, a header or a principal may be one, or says who somebody is."""
    condition, log, otherwise = template["Resources"]["RestAPI"]["Properties"]["AccessLogSetting"][
        "Fn::If"
    ]
    fields = json.loads(log["Format"])
    names = {
        "requestTime", "requestId", "identity.sourceIp", "httpMethod", "resourcePath",
        "status", "error.responseType", "responseLength", "responseLatency",
    }  # fmt: skip
    assert {f"$context.{name}" for name in names} == set(fields.values())
    assert "\n" not in log["Format"]
    assert ("HasAccessLog", {"Ref": "AWS::NoValue"}) == (condition, otherwise)


def test_an_access_log_is_kept_for_as_long_as_is_set(template: dict[str, Any]) -> None:
    """None is kept for ever, and none is written unless somebody says so."""
    group = template["Resources"]["AccessLog"]
    days = template["Parameters"]["AccessLogDays"]
    assert ("HasAccessLog", {"Ref": "AccessLogDays"}) == (
        group["Condition"],
        group["Properties"]["RetentionInDays"],
    )
    assert days["Default"] == days["AllowedValues"][0] == 0


def test_the_api_has_one_stage(template: dict[str, Any]) -> None:
    """SAM adds one called "Stage" where no version of OpenAPI is named."""
    assert "2.0" == template["Globals"]["Api"]["OpenApiVersion"]


def test_the_shipped_limit_fits_a_new_account(template: dict[str, Any]) -> None:
    """Every demo that may run at once can have a network, with no quota raised."""
    assert template["Parameters"]["LimitInAll"]["Default"] == Quotas().in_all == VPCS - 1


@pytest.fixture
def regions(template: dict[str, Any]) -> re.Pattern[str]:
    """Pick the pattern of DemoRegions."""
    return re.compile(template["Parameters"]["DemoRegions"]["AllowedPattern"])


@pytest.mark.parametrize("text", ["", "eu-central-1", "us-gov-west-1,ap-southeast-2"])
def test_regions_are_taken(regions: re.Pattern[str], text: str) -> None:
    """None, one, or several with commas between them."""
    assert regions.fullmatch(text)


@pytest.mark.parametrize("text", ["eu-central-1, us-east-1", "eu-central-1,", "everywhere"])
def test_other_regions_are_refused(regions: re.Pattern[str], text: str) -> None:
    """StackRole would deny " us-east-1", and every demo there would fail."""
    assert not regions.fullmatch(text)


def test_no_update_takes_the_records_away(template: dict[str, Any]) -> None:
    """A table that is replaced is kept: without its records no demo ends."""
    assert "Retain" == template["Resources"]["Table"]["UpdateReplacePolicy"]


def test_cloudformation_may_assume_the_stack_role(template: dict[str, Any]) -> None:
    """Only for this account where it says which, and also where it does not say."""
    trust = template["Resources"]["StackRole"]["Properties"]["AssumeRolePolicyDocument"]
    assert {"StringEqualsIfExists": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}} == trust[
        "Statement"
    ][0]["Condition"]
