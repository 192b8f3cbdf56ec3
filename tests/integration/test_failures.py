"""What fails says why, takes down what it must, and leaves nothing running."""

from __future__ import annotations

from local import service
from tests.integration.conftest import Running, wait_for


def test_a_failing_stack_is_torn_down_with_its_root_cause_kept(running: Running) -> None:
    """
    Given a load balancer that cannot be made, when a demo needs it, then the demo ends
    deleted, nothing is left, and the record names the resource and the reason.
    """
    running.remember()
    reason = "You have reached the limit of load balancers"
    kind = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    running.aws.control.fail(reason, component="ecs", resource_type=kind)
    owner = running.person()
    demo_id = owner.request("ecs")
    gone = owner.until(demo_id, "deleted", "ready", "quarantined")
    assert "deleted" == gone["phase"]
    assert "ecs" == gone["failure"]["component"]
    assert "LoadBalancer" == gone["failure"]["resource"]
    assert reason in gone["failure"]["reason"]
    assert [] == running.left_behind()


def test_a_failure_kept_for_a_look_stops_only_what_stands_on_it(running: Running) -> None:
    """With keep_on_failure the others come up, the failed one stays, and DELETE ends it all."""
    running.remember()
    running.aws.control.fail("no more buckets", component="s3")
    owner = running.person()
    demo_id = owner.request("ecs", "asg", keep_on_failure=True)
    failed = owner.until(demo_id, "failed", "deleted", "ready")
    status = {s["name"]: s["status"] for s in failed["components"]}
    assert "failed" == failed["phase"]
    assert "failed" == status["s3"]
    assert "ready" == status["asg"]
    assert "pending" == status["ecs"]
    running.aws.control.heal()
    owner.delete(demo_id)
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert [] == running.left_behind()


def test_deleting_while_provisioning_turns_round(running: Running) -> None:
    """A demo whose network is still being made is deleted without waiting for the rest."""
    running.remember()
    running.aws.control.set_pace(1.0)
    owner = running.person()
    demo_id = owner.request("rds")
    owner.until(demo_id, "provisioning")
    assert 202 == owner.call("DELETE", f"/demos/{demo_id}").status_code
    gone = owner.until(demo_id, "deleted", "ready", "quarantined")
    assert "deleted" == gone["phase"]
    rds = next(s for s in gone["components"] if s["name"] == "rds")
    assert rds["started_at"] is None
    assert [] == running.left_behind()


def test_lost_stack_events_cost_time_and_nothing_else(running: Running) -> None:
    """With no event ever arriving, the loop looks once one is overdue; the demo comes and goes."""
    running.aws.control.events(on=False)
    owner = running.person()
    demo_id = owner.request("vpc")
    assert "ready" == owner.until(demo_id, "ready", "deleted", "failed")["phase"]
    owner.delete(demo_id)
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]


def test_a_loop_that_died_is_revived(running: Running) -> None:
    """When its execution is stopped from outside, the sweep starts another and the demo ends."""
    running.aws.control.set_pace(1.0)
    owner = running.person()
    demo_id = owner.request("vpc")
    owner.until(demo_id, "provisioning")
    states = running.aws.client("stepfunctions")
    machine = states.list_state_machines()["stateMachines"][0]["stateMachineArn"]
    arn = machine.replace(":stateMachine:", ":execution:") + f":{demo_id}-1"
    states.stop_execution(executionArn=arn)

    def swept_to_ready() -> bool:
        running.invoke("Sweep")
        return bool(owner.demo(demo_id)["phase"] == "ready")

    wait_for(swept_to_ready, "ready after the loop died")
    assert any("the loop had died" == e["text"] for e in owner.events(demo_id))
    owner.delete(demo_id)
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]


def test_a_demo_survives_a_restart_of_everything_in_mid_flight(running: Running) -> None:
    """
    Given a demo whose stacks are being made, when the emulator with every running loop stops
    and starts again, then the watchdog starts another loop and the demo comes up once.
    """
    running.remember()
    running.aws.control.set_pace(0.5)
    owner = running.person()
    demo_id = owner.request("rds")
    owner.until(demo_id, "provisioning")
    service.restart_emulator(running.state)

    def swept_to_ready() -> bool:
        running.invoke("Sweep")
        return bool(owner.demo(demo_id)["phase"] == "ready")

    wait_for(swept_to_ready, "ready after the restart")
    names = [s["stack_name"] for s in owner.demo(demo_id)["components"]]
    stacks = running.aws.client("cloudformation").describe_stacks()["Stacks"]
    assert sorted(names) == sorted(s["StackName"] for s in stacks if demo_id in s["StackName"])
    owner.delete(demo_id)
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert [] == running.left_behind()
