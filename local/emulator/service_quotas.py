"""Service Quotas, which MiniStack has not: AWS's default values of what demos draw on.

They are read and not enforced: nothing here is refused for want of a quota. A new account's are
lower in places (its vCPUs), and any may have been raised.
"""

import json
from typing import Any

from chalicelib.core.account_quotas import QUOTAS
from local.patching import pinned

_SERVICE = "servicequotas"
DEFAULTS = {
    "L-F678F1CE": 5,  # Amazon VPC User Guide, "Amazon VPC quotas"
    "L-A4707A72": 5,
    "L-0263D0A3": 5,  # Amazon EC2 User Guide, "Elastic IP addresses"
    "L-53DA6B97": 50,  # Application Load Balancers, "Quotas for your Application Load Balancers"
    "L-CDE20ADC": 500,  # Amazon EC2 Auto Scaling User Guide, "Quotas for Auto Scaling"
    "L-7B6409FD": 40,  # Amazon RDS User Guide, "Quotas and constraints for Amazon RDS"
    "L-8EFC1C51": 200,  # AWS General Reference, "AWS Elastic Beanstalk endpoints and quotas"
    "L-DC2B2D3D": 10_000,  # AWS General Reference, "Amazon S3 endpoints and quotas"
}


def install() -> None:
    """Let MiniStack hand Service Quotas' calls to this module."""
    patterns = {"target_prefixes": ["ServiceQuotasV20190624"]}
    pinned("ministack.core.router.SERVICE_PATTERNS")[_SERVICE] = patterns
    pinned("ministack.core.iam_actions.SERVICE_TO_IAM_NAMESPACE")[_SERVICE] = _SERVICE
    pinned("ministack.app.SERVICE_HANDLERS")[_SERVICE] = _handle


async def _handle(_method: str, _path: str, headers: Any, body: bytes, _query: Any) -> Any:
    request = json.loads(body or b"{}")
    action = headers["x-amz-target"].rpartition(".")[2]
    quotas = [_quota(q) for q in QUOTAS if q.service == request.get("ServiceCode")]
    if action == "ListAWSDefaultServiceQuotas" and quotas:
        return _answer(200, {"Quotas": quotas})
    if action == "GetServiceQuota":
        for quota in quotas:
            if quota["QuotaCode"] == request.get("QuotaCode"):
                return _answer(200, {"Quota": quota})
    return _answer(400, {"__type": "NoSuchResourceException", "Message": f"{action}: {request}"})


def _quota(quota: Any) -> dict[str, Any]:
    return {
        "ServiceCode": quota.service,
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": float(DEFAULTS[quota.code]),
    }


def _answer(status: int, body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()
