"""EC2, RDS and Elastic Load Balancing behind the Network port: the repairs of a teardown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import client, code_of, translated

_FILTERS: Final = {"sg-": "group-id", "subnet-": "subnet-id", "vpc-": "vpc-id"}


class Ec2:
    """The repairs in one region."""

    def __init__(self, region: str) -> None:
        self._region = region

    def _client(self, service: str) -> Any:
        return client(service, self._region)

    @translated
    def release_interfaces(self, holders: Sequence[str]) -> None:
        """Delete unattached network interfaces in these groups, subnets or networks."""
        ec2 = self._client("ec2")
        for interface in self._unattached(ec2, holders):
            try:
                ec2.delete_network_interface(NetworkInterfaceId=interface)
            except ClientError as error:
                if code_of(error) != "InvalidNetworkInterfaceID.NotFound":
                    raise

    def _unattached(self, ec2: Any, holders: Sequence[str]) -> list[str]:
        found: list[str] = []
        for prefix, name in _FILTERS.items():
            if ids := [h for h in holders if h.startswith(prefix)]:
                filters = [
                    {"Name": name, "Values": ids},
                    {"Name": "status", "Values": ["available"]},
                ]
                pages = ec2.get_paginator("describe_network_interfaces").paginate(Filters=filters)
                found += [i["NetworkInterfaceId"] for p in pages for i in p["NetworkInterfaces"]]
        return list(dict.fromkeys(found))

    @translated
    def lift_protection(self, *, databases: Sequence[str], balancers: Sequence[str]) -> None:
        """Take deletion protection off databases and load balancers."""
        for database in databases:
            self._client("rds").modify_db_instance(
                DBInstanceIdentifier=database, DeletionProtection=False, ApplyImmediately=True
            )
        for balancer in balancers:
            self._client("elbv2").modify_load_balancer_attributes(
                LoadBalancerArn=balancer,
                Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
            )
