"""What a pool costs while it waits, held against AWS's price pages by hand.

In us-east-1, from the pages that each template names under `PricesFrom`: db.t4g.micro $0.016 an
hour, gp3 storage of RDS $0.115 and of EBS $0.08 per GB and month, a secret $0.40 a month, t3.micro
$0.0104, t3.small $0.0208, t3.medium $0.0416, a load balancer $0.0225, an IPv4 address $0.005. A
month has 730 hours.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.catalog import ALL
from chalicelib.core.identity import Caller
from chalicelib.core.pool import Pool, Tier
from testkit.simulation.components import EIGHT

from .builders import REGION, Stage, run_loop

ADMIN = Caller(owner="admin@example.com", admin=True)
MEMBERS = 2
A_MONTH = timedelta(hours=730)
BASE = ("vpc", "sg", "rds", "s3")
# db.t4g.micro, 20 GB, a secret: 0.016 + 20 * 0.115 / 730 + 0.40 / 730
BASE_HOT = 0.01970
# Its storage and its secret: 20 * 0.115 / 730 + 0.40 / 730
BASE_STOPPED = 0.00370
# rds 0.0196986, ecs 0.0615877 (t3.small, 30 GB, 3 addresses), asg 0.0650534 (2 t3.micro, 16 GB, 4
# addresses), eb 0.0600534 (t3.small, 16 GB, 3), jenkins 0.0818397 (t3.medium, 20 GB, 3, a secret)
ALL_HOT = 0.28823


@pytest.mark.parametrize(
    ("components", "tier", "hourly", "monthly"),
    [
        (BASE, Tier.HOT, BASE_HOT, 14.38),
        (BASE, Tier.STOPPED, BASE_STOPPED, 2.70),
        (ALL, Tier.HOT, ALL_HOT, 210.41),
        (ALL, Tier.STOPPED, BASE_STOPPED, 2.70),
    ],
)
def test_a_pool_costs_what_its_templates_are_billed_for(
    components: tuple[str, ...] | str, tier: Tier, hourly: float, monthly: float
) -> None:
    """Running, and paused with what is billed while it is: to the cent of a month."""
    stage = Stage(EIGHT, in_all=MEMBERS)
    stage.cloud.platforms.solution_stacks.append("64bit Amazon Linux 2023 v4 running Docker")
    catalog = PackagedTemplates().catalog()
    pool = Pool(
        name="base",
        components=tuple(catalog.select(components)),  # type: ignore[arg-type]
        region=REGION,
        ready=MEMBERS,
        max_total=MEMBERS,
        max_unready=MEMBERS,
        tier=tier,
    )
    stage.pools.put(ADMIN, pool)
    for _ in range(2):  # made, and paused where they are to be
        stage.fill_pools.run(no_report)
        for demo_id in list(stage.store.records):
            run_loop(stage, demo_id)
    price = stage.pools.get(ADMIN, "base").price(catalog)
    assert () == price.unknown
    assert MEMBERS * hourly == pytest.approx(price.hourly_usd, abs=0.00002)
    assert round(MEMBERS * monthly, 2) == pytest.approx(price.over(A_MONTH), abs=0.01 * MEMBERS)


def no_report(name: str, error: Exception) -> None:
    raise AssertionError(name) from error
