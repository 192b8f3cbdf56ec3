"""What instances find out while they run: the demo's name, owner and end, and its database."""

import json
from pathlib import Path

import pytest

from .documents import ROOT, load, user_data
from .sandbox import Outcome, Sandbox

DEMO = json.dumps({"name": "Acme", "owner": "ann@example.com", "expires_at": "2030-01-31T12:00Z"})
SECRET = {"username": "demo", "password": "s3cret"}
READY = json.dumps({**SECRET, "engine": "mysql", "host": "db.example", "port": 3306})
GONE = (
    "(ResourceNotFoundException) Secrets Manager can't find the specified secret.",
    "(AccessDeniedException) no identity-based policy allows the action",
    "(InvalidRequestException) it was marked for deletion",
)


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    return Sandbox(tmp_path)


def started(sandbox: Sandbox, component: str) -> Outcome:
    """Start an instance of a component; Elastic Beanstalk runs the bundle's hook."""
    hook = (ROOT / "docker" / "look.sh").read_text()
    outcome = sandbox.run(hook if component == "eb" else user_data(component))
    assert 0 == outcome.status, outcome.text
    return outcome


@pytest.mark.parametrize("component", ["asg", "ecs", "eb"])
def test_a_timer_looks_twice_a_minute(sandbox: Sandbox, component: str) -> None:
    """So that what changes is shown within a minute."""
    assert 1 == started(sandbox, component).count(
        "systemctl enable --now stelligent-demo-look.timer"
    )
    units = sandbox.root / "etc/systemd/system"
    assert "OnUnitActiveSec=30s" in (units / "stelligent-demo-look.timer").read_text()
    assert "Type=oneshot" in (units / "stelligent-demo-look.service").read_text()


@pytest.mark.parametrize("component", ["asg", "ecs", "eb"])
def test_the_demos_file_is_kept(sandbox: Sandbox, component: str) -> None:
    """None before there is one; the newest after; the last one while it cannot be had."""
    started(sandbox, component)
    sandbox.look()
    assert None is sandbox.now("demo.json")
    sandbox.look(DEMO="old")
    sandbox.look(DEMO=DEMO)
    assert DEMO == sandbox.now("demo.json")
    sandbox.look(fail="aws s3 cp")
    assert DEMO == sandbox.now("demo.json")


@pytest.mark.parametrize("component", ["ecs", "eb"])
def test_the_file_is_of_this_demo(sandbox: Sandbox, component: str) -> None:
    """It comes from the demo's own bucket."""
    started(sandbox, component)
    fetched = sandbox.look(DEMO=DEMO).first("aws s3 cp")
    assert "s3://stelligent-demo-demo1234/demo.json" in fetched


def test_the_web_tier_finds_the_demos_bucket_and_secret_by_its_id(sandbox: Sandbox) -> None:
    """It takes no output of theirs, so it waits for neither; the names are those they give."""
    started(sandbox, "asg")
    outcome = sandbox.look(DATABASE=READY)
    bucket = load("s3")["Resources"]["Bucket"]["Properties"]["BucketName"]["Fn::Sub"]
    secret = load("rds")["Resources"]["Secret"]["Properties"]["Name"]["Fn::Sub"]
    assert "stelligent-demo-${DemoId}-${AWS::AccountId}-${AWS::Region}" == bucket
    assert "stelligent-demo-${DemoId}-database" == secret
    file = "s3://stelligent-demo-demo1234-111122223333-eu-central-1/demo.json"
    assert f" {file} " in outcome.first("aws s3 cp")
    assert outcome.first("aws secretsmanager").endswith(" stelligent-demo-demo1234-database")


@pytest.mark.parametrize("error", GONE)
def test_a_database_comes_and_goes(sandbox: Sandbox, error: str) -> None:
    """Its secret is there before it is, says where it is once attached, and goes with it."""
    started(sandbox, "asg")
    absent = {"fail": "aws secretsmanager", "ERROR": error}
    sandbox.look(**absent)
    assert None is sandbox.now("database.json")
    sandbox.look(DATABASE=json.dumps(SECRET))
    assert {"host": None, "port": None} == json.loads(sandbox.now("database.json") or "")
    sandbox.look(DATABASE=READY)
    assert {"host": "db.example", "port": 3306} == json.loads(sandbox.now("database.json") or "")
    sandbox.look(fail="aws secretsmanager", ERROR="(ThrottlingException) later")
    assert sandbox.now("database.json")
    sandbox.look(**absent)
    assert None is sandbox.now("database.json")


def test_the_databases_password_stays_where_it_is(sandbox: Sandbox) -> None:
    """Neither on the disk nor in what is called."""
    started(sandbox, "asg")
    outcome = sandbox.look(DEMO=DEMO, DATABASE=READY)
    kept = [path.read_text() for path in (sandbox.root / "var").rglob("*") if path.is_file()]
    assert "s3cret" not in json.dumps([kept, outcome.calls, outcome.text])


@pytest.mark.parametrize("settings", ["", "s3://bucket/demo.json' && reboot"])
def test_the_hook_fails_without_a_file(sandbox: Sandbox, settings: str) -> None:
    """A deployment without the setting, or with another text in it, fails and says where."""
    hook = (ROOT / "docker" / "look.sh").read_text().replace("$region $file", f"eu {settings}")
    assert 1 == sandbox.run(hook).status
