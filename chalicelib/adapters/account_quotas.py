"""Service Quotas behind the AccountQuotas port."""

from __future__ import annotations

from typing import Any

from chalicelib.adapters.aws import client, translated


class ServiceQuotas:
    """The account's quotas in one region."""

    def __init__(self, region: str) -> None:
        self._region = region

    @translated
    def value(self, service: str, code: str) -> float:
        """Return the value in force of a quota: the account's own, or else AWS's default."""
        return quota_value(client("service-quotas", self._region, hurried=True), service, code)


def quota_value(api: Any, service: str, code: str) -> float:
    """Return the value in force, by a client; an account need not have one of its own."""
    try:
        return float(api.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])
    except api.exceptions.NoSuchResourceException:
        pages = api.get_paginator("list_aws_default_service_quotas")
        for page in pages.paginate(ServiceCode=service):
            for quota in page["Quotas"]:
                if quota["QuotaCode"] == code:
                    return float(quota["Value"])
        raise
