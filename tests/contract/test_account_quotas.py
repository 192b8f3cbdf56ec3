"""The account's quotas through Service Quotas' API."""

from __future__ import annotations

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.adapters.account_quotas import ServiceQuotas, quota_value
from chalicelib.core.errors import Rejected

from .conftest import REGION

VPCS = "L-F678F1CE"


def test_the_value_in_force_is_read(aws: None) -> None:
    """A new account has five networks a region."""
    assert 5.0 == ServiceQuotas(REGION).value("vpc", VPCS)


def test_what_there_is_no_quota_of_is_refused(aws: None) -> None:
    """Service Quotas knows no such code."""
    with pytest.raises(Rejected):
        ServiceQuotas(REGION).value("vpc", "L-00000000")


def test_where_the_account_has_none_of_its_own_the_default_counts(aws: None) -> None:
    """It is on one of the pages of what AWS gives everybody."""
    api = boto3.client("service-quotas", region_name=REGION)
    asked = {"ServiceCode": "rds"}
    with Stubber(api) as answers:
        answers.add_client_error("get_service_quota", "NoSuchResourceException")
        first = {"Quotas": [{"QuotaCode": "L-1", "Value": 1.0}], "NextToken": "more"}
        answers.add_response("list_aws_default_service_quotas", first, asked)
        second = {"Quotas": [{"QuotaCode": "L-2", "Value": 40.0}]}
        answers.add_response(
            "list_aws_default_service_quotas", second, {**asked, "NextToken": "more"}
        )
        assert 40.0 == quota_value(api, "rds", "L-2")
