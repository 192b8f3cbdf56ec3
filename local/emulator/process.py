"""Starts, stops and restarts the emulator's process."""

import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import httpx

from local import processes
from local.control import Control, ControlError
from local.instances import engine, serving
from local.instances.machine import end_all

REGION = "us-east-1"
ACCOUNT = "000000000000"
_ROOT = Path(__file__).resolve().parents[2]
_STARTS_WITHIN = 120.0  # seconds; it takes about two, and longer on a busy machine
_PORTS_TRIED = 5
_LOG_LINES = 20  # that an error quotes
PORT_TAKEN = 98  # the exit status of an emulator that could not bind its port
_POLL_SECONDS = 0.05  # seconds between polls of a process that starts


class EmulatorError(processes.ProcessError):
    """The emulator did not start or stop; the message says what its log says."""


class PortTakenError(EmulatorError):
    """Another program listens on the port; the message names it."""


def free_port() -> int:
    """Find a loopback port that no program listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@dataclass
class Emulator:
    """One running emulator; `with Emulator.start(…) as aws:` stops it at the end.

    `stop()` and `start_again()` restart it in place on the same state and port, as a
    machine that went away for a moment would.
    """

    port: int
    state_dir: Path
    persist: bool = True
    workers: int = 28  # processes for functions, 65 MB each; calls beyond them wait
    instances: bool = False  # whether instances run (`local.instances`), or are recorded
    pid: int = 0
    lost: str = ""  # what a killed predecessor on this state lost, in one sentence
    # Drawn for one run; the account's root, and the only key without a role.
    access_key_id: str = field(default_factory=lambda: f"AKIA{secrets.token_hex(8).upper()}")
    secret_access_key: str = field(default_factory=lambda: secrets.token_urlsafe(30), repr=False)

    @classmethod
    def start(cls, state_dir: Path, port: int | None = None, **options: Any) -> "Emulator":
        """Start one on loopback with its state under `state_dir`, and wait until it answers.

        Without a port it takes a free one, and another if that is taken meanwhile.
        """
        for _ in range(_PORTS_TRIED):
            emulator = cls(port or free_port(), state_dir.resolve(), **options)
            try:
                emulator.start_again()
            except PortTakenError:
                if port:
                    raise
            else:
                return emulator
        raise EmulatorError(f"{_PORTS_TRIED} free ports were taken before the emulator had them")

    @property
    def url(self) -> str:
        """Where AWS clients are to send their calls."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def control(self) -> Control:
        """What steers it while it runs."""
        return Control(self.url, self.secret_access_key)

    @property
    def log_file(self) -> Path:
        """Where it writes what it does."""
        return self.state_dir / "emulator.log"

    @property
    def instances_folder(self) -> Path:
        """Where instances have their directories, by their ids.

        It is in /tmp: Apache that root starts reads its pages as a user who cannot enter the
        state's folder, and the name of a database's socket has to be short.
        """
        own = hashlib.sha256(str(self.state_dir).encode()).hexdigest()[:8]
        name = f"stelligent-{os.getuid()}-{own}"
        return Path("/tmp", name)  # noqa: S108

    def environment(self) -> dict[str, str]:
        """Return what AWS clients and tools need to talk to this emulator and to nothing else."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_REGION": REGION,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_PAGER": "",
        }

    def client(self, service: str, region: str = REGION) -> Any:
        """Make a boto3 client of this emulator."""
        import boto3  # noqa: PLC0415 - starting and stopping need no SDK

        session = boto3.Session(self.access_key_id, self.secret_access_key, region_name=region)
        # mypy: the stubs want a literal service name; callers name any service.
        return session.client(service, endpoint_url=self.url)  # type: ignore[call-overload]

    def start_again(self) -> None:
        """Start the process on the port and state it has; `EmulatorError` if it does not come."""
        self._refuse_taken_port()
        for folder in (self.state_dir, self._temp_dir):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._note_start()
        process = processes.start("local.emulator", self.log_file, env=self._own_environment())
        self.pid = process.pid
        self._wait_until_ready(process)

    def stop(self, *, save: bool = True) -> None:
        """End the process, its workers with it, and remove what it leaves in its temp folder.

        Without `save` that is done at once, and what it did is lost.
        """
        if self.pid and not save:
            processes.kill(self.pid)
        elif self.pid and processes.stop(self.pid):
            self._unsaved.unlink(missing_ok=True)
        self.pid = 0
        end_all(self.instances_folder)
        for pattern in ("ministack-lambda-*", "function-code-*", "pymp-*"):
            for left in self._temp_dir.glob(pattern):
                shutil.rmtree(left, ignore_errors=True)

    def is_healthy(self) -> bool:
        """Whether it answers on its port, and not another program: it knows its own secret."""
        try:
            ready = httpx.get(f"{self.url}/_ministack/ready", timeout=2, trust_env=False)
            return ready.is_success and bool(self.control.state())
        except (ControlError, httpx.HTTPError, ValueError):
            return False

    @property
    def _temp_dir(self) -> Path:
        return self.state_dir / "tmp"

    def _own_environment(self) -> dict[str, str]:
        """Make a clean environment: its Lambdas inherit everything it has."""
        names = ("PATH", "LANG", *serving.SETTINGS)
        kept = {name: os.environ[name] for name in names if name in os.environ}
        return {
            **kept,
            "HOME": str(self.state_dir),
            "PYTHONPATH": str(_ROOT),
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": "127.0.0.1",
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AUTH": "true",
            "PERSIST_STATE": str(int(self.persist)),
            "STATE_DIR": str(self.state_dir / "state"),
            "S3_PERSIST": str(int(self.persist)),
            "S3_DATA_DIR": str(self.state_dir / "s3"),
            "TMPDIR": str(self._temp_dir),
            "LAMBDA_WORKERS": str(self.workers),
            "LAMBDA_ACCOUNT_CONCURRENCY": "1000",  # AWS's; `workers` bounds the processes
            "LAMBDA_WARM_TTL_SECONDS": "60",
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "MINISTACK_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "DOCKER_HOST": f"unix://{self.state_dir}/no-docker.sock",
            "LOG_LEVEL": "INFO",
            **(self._for_instances() if self.instances else {}),
        }

    def _for_instances(self) -> dict[str, str]:
        given = json.dumps(engine.environment())
        return {"INSTANCES": str(self.instances_folder), engine.GIVEN: given}

    @property
    def _unsaved(self) -> Path:
        """Where it is written that a run began whose state is not saved yet."""
        return self.state_dir / "unsaved"

    def _note_start(self) -> None:
        """Say what a run that began and never saved has lost, and note that this one begins."""
        self.lost = ""
        if self._unsaved.exists():
            self.lost = (
                "The emulator was killed and lost what it did since it started at "
                f"{self._unsaved.read_text()}; it goes on from what it had saved before."
            )
        if self.persist:
            self._unsaved.touch(mode=0o600)
            self._unsaved.write_text(f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")

    def _refuse_taken_port(self) -> None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise self._port_taken()

    def _port_taken(self) -> PortTakenError:
        return PortTakenError(f"port {self.port} is taken by another program; choose another")

    def _wait_until_ready(self, process: "subprocess.Popen[bytes]") -> None:
        until = time.monotonic() + _STARTS_WITHIN
        while not self.is_healthy():
            ended = process.poll()
            if ended is not None or time.monotonic() > until:
                self.stop()
                self._refuse_taken_port()  # taken meanwhile
                if ended == PORT_TAKEN:  # and does not listen yet, or no more
                    raise self._port_taken()
                raise EmulatorError(f"the emulator did not start:\n{self._log_tail()}")
            time.sleep(_POLL_SECONDS)

    def _log_tail(self) -> str:
        lines = self.log_file.read_text(errors="replace").splitlines()
        return "\n".join(lines[-_LOG_LINES:])

    def to_json(self) -> str:
        """Return what `from_json` needs to find it from another process."""
        return json.dumps({**asdict(self), "state_dir": str(self.state_dir)})

    @classmethod
    def from_json(cls, text: str) -> "Emulator":
        """Find the emulator another process started."""
        known = json.loads(text)
        return cls(**{**known, "state_dir": Path(known["state_dir"])})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(save=self.persist)
