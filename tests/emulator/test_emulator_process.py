"""The emulator's process keeps its state to itself, and says what it lost when it was killed."""

import os
import signal
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from local import processes
from local.emulator import process
from local.emulator.process import Emulator, EmulatorError, PortTakenError

from .conftest import Stacks, wait_until


def test_nobody_else_reads_the_state(tmp_path: Path) -> None:
    """What it writes is for this user alone, while it runs and after it was stopped."""
    folder = tmp_path / "state"
    old = os.umask(0o022)
    try:
        with Emulator.start(folder) as aws:
            secrets = aws.client("secretsmanager")
            secrets.create_secret(Name="told-nobody", SecretString="hush")
            aws.client("s3").create_bucket(Bucket="told-nobody")
            aws.client("s3").put_object(Bucket="told-nobody", Key="k", Body=b"hush")
    finally:
        os.umask(old)
    assert 0o700 == folder.stat().st_mode & 0o777
    written = [file for file in folder.rglob("*") if file.is_file()]
    assert any(b"hush" in file.read_bytes() for file in written)
    assert [] == [file for file in written if file.stat().st_mode & 0o077]


def test_a_deleted_stacks_bucket_stays_away(tmp_path: Path) -> None:
    """A restart brings back no bucket that was deleted with its stack."""
    with Emulator.start(tmp_path) as aws:
        stacks = Stacks(aws)
        stack = stacks.create("filled-once", {"B": {"Type": "AWS::S3::Bucket"}})
        assert "CREATE_COMPLETE" == stacks.settled(stack)
        s3 = aws.client("s3")
        name = s3.list_buckets()["Buckets"][0]["Name"]
        s3.put_object(Bucket=name, Key="folder/k", Body=b"x")
        s3.delete_object(Bucket=name, Key="folder/k")
        assert "DELETE_COMPLETE" == stacks.delete(stack)
        aws.stop()
        aws.start_again()
        assert [] == aws.client("s3").list_buckets()["Buckets"]


def test_a_killed_emulator_says_what_it_lost(tmp_path: Path) -> None:
    """After a kill the next start says in a sentence what is lost; a stop loses nothing."""
    with Emulator.start(tmp_path) as aws:
        assert "" == aws.lost
        aws.client("sns").create_topic(Name="saved")
        aws.stop()
        aws.start_again()
        assert "" == aws.lost
        aws.client("sns").create_topic(Name="lost")
        os.kill(aws.pid, signal.SIGKILL)
        wait_until(lambda: not processes.is_running(aws.pid))
        aws.start_again()
        assert "was killed and lost what it did since it started at 20" in aws.lost
        topics = aws.client("sns").list_topics()["Topics"]
        assert ["saved"] == [topic["TopicArn"].rpartition(":")[2] for topic in topics]
        aws.stop()
        aws.start_again()
        assert "" == aws.lost


def test_a_taken_port_is_named(aws: Emulator, tmp_path: Path) -> None:
    """An emulator that finds another program on its port says which port it is."""
    with pytest.raises(EmulatorError, match=f"port {aws.port} is taken"):
        Emulator.start(tmp_path, aws.port)


def test_another_program_on_a_chosen_port_costs_a_new_choice(
    aws: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    When another emulator took the free port before it could be bound, the one that answers there
    is not mistaken for the new one, which takes another port.
    """
    ports = iter([aws.port, process.free_port()])
    monkeypatch.setattr(process, "free_port", lambda: next(ports))
    # The look before the start found it free: the other one binds it only then.
    look, looked = Emulator._refuse_taken_port, iter([None])
    monkeypatch.setattr(
        Emulator, "_refuse_taken_port", lambda self: next(looked, self) and look(self)
    )
    with Emulator.start(tmp_path, persist=False) as another:
        assert another.port != aws.port
        assert another.is_healthy()
        assert not replace(another, port=aws.port).is_healthy()


def test_a_port_is_taken_also_when_nobody_listens_there_yet(tmp_path: Path) -> None:
    """Only the emulator itself notices it, when it cannot have the port, and says so."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"port {port} is taken"):
            Emulator.start(tmp_path, port, persist=False)
