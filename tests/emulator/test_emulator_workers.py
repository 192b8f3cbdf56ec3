"""Functions share a bounded number of processes, and a call waits for one."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local import processes
from local.emulator.process import Emulator

from .conftest import make_function, wait_until

SLEEPS = (
    "import os, time\n"
    "def handler(event, context):\n"
    "    time.sleep(event)\n"
    "    return os.getpid()\n"
)


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """Lend an emulator with room for two functions at once."""
    folder: Path = tmp_path_factory.mktemp("narrow")
    with Emulator.start(folder, persist=False, workers=2) as emulator:
        yield emulator


def test_calls_beyond_the_room_wait(narrow: Emulator) -> None:
    """Eight calls at once to three functions are all answered, by two processes at a time."""
    for name in ("one", "two", "three"):
        make_function(narrow, name, SLEEPS)

    def call(number: int) -> tuple[int, int]:
        name = ("one", "two", "three")[number % 3]
        answer = narrow.client("lambda").invoke(FunctionName=name, Payload=b"0.2")
        return answer["StatusCode"], json.load(answer["Payload"])

    with ThreadPoolExecutor(8) as callers:
        answers = list(callers.map(call, range(8)))
    assert [200] * 8 == [status for status, _ in answers]
    alive = {pid for _, pid in answers if Path(f"/proc/{pid}").exists()}
    assert 2 >= len(alive)


def test_an_emulator_that_saves_nothing_leaves_no_process(tmp_path: Path) -> None:
    """A function that is at work ends with it."""
    with Emulator.start(tmp_path, persist=False, workers=1) as aws:
        make_function(aws, "one", SLEEPS)
        answer = aws.client("lambda").invoke(FunctionName="one", Payload=b"0")
        worker, emulator = json.load(answer["Payload"]), aws.pid
        assert processes.is_ours(worker, "python")
        aws.client("lambda").invoke(FunctionName="one", InvocationType="Event", Payload=b"600")
        aws.stop(save=False)
        assert not processes.is_running(emulator)
        wait_until(lambda: not processes.is_ours(worker, "python"))


def test_an_event_whose_function_fails_is_tried_again(narrow: Emulator) -> None:
    """EventBridge's calls are asynchronous: a function that fails gets its event again."""
    s3 = narrow.client("s3")
    s3.create_bucket(Bucket="tries")
    function = make_function(
        narrow,
        "flaky",
        "import boto3, json\n"
        "def handler(event, context):\n"
        "    s3 = boto3.client('s3')\n"
        "    tried = s3.list_objects_v2(Bucket='tries').get('KeyCount', 0)\n"
        "    s3.put_object(Bucket='tries', Key=str(tried), Body=json.dumps(event['detail']))\n"
        "    assert tried\n",
    )
    events = narrow.client("events")
    events.put_rule(Name="tell", EventPattern='{"source": ["here"]}')
    events.put_targets(Rule="tell", Targets=[{"Id": "f", "Arn": function}])
    entry = {"Source": "here", "DetailType": "t", "Detail": '{"a": 1}'}
    events.put_events(Entries=[entry])
    wait_until(lambda: s3.list_objects_v2(Bucket="tries").get("KeyCount") == 2)
    assert {"a": 1} == json.load(s3.get_object(Bucket="tries", Key="1")["Body"])
