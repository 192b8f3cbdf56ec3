"""The whole service on this machine: starts what is not running, deploys, and stops it all."""

import contextlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from local import identity, processes, servers, tokens
from local.emulator.process import REGION, Emulator, PortTakenError
from local.slack import setup as slack_setup
from tools.deploy import Target, deploy, tool_environment
from tools.packaging import ROOT

STATE = ROOT / ".local"
STAGE = "local"
LIMIT_IN_ALL = "20"  # an account's quotas, which the shipped limit keeps to, do not count here
PREFERRED_PORT = 4566


class ServiceError(RuntimeError):
    """The local service cannot be started or found; the message says what to do."""


@dataclass(frozen=True)
class Service:
    """A running local service, as `.local/service.json` describes it."""

    api_url: str
    token: str
    admin_token: str
    emulator_url: str
    access_key_id: str
    secret_access_key: str
    region: str
    issuer: str
    emulator_pid: int
    outputs: dict[str, str]
    packaged: bool = False
    instances: bool = False  # whether they run, or are recorded
    lost: str = ""  # what a killed emulator lost, in one sentence

    @classmethod
    def read(cls, state: Path = STATE) -> "Service":
        """Read what `up` wrote; `ServiceError` if there is nothing."""
        file = state / "service.json"
        if not file.exists():
            raise ServiceError("the local service is not running; start it with: make demo")
        try:
            return cls(**json.loads(file.read_text()))
        except TypeError as error:  # it has other fields
            raise ServiceError(
                f"{file} is another version's; run: make down, make demo"
            ) from error

    def write(self, state: Path) -> None:
        """Write `service.json`."""
        servers.write_private(state / "service.json", json.dumps(asdict(self), indent=2) + "\n")


def emulator(state: Path = STATE) -> Emulator:
    """Find the emulator that `up` started in this state folder."""
    return Emulator.from_json((state / "emulator.json").read_text())


def restart_emulator(state: Path = STATE) -> Emulator:
    """Stop the emulator and start it again on the same state and port; the API stays the same."""
    aws = emulator(state)
    aws.stop()
    aws.start_again()
    servers.write_private(state / "emulator.json", aws.to_json())
    return aws


def up(
    state: Path = STATE,
    *,
    port: int | None = None,
    build_folder: Path | None = None,
    parameters: Mapping[str, str] | None = None,
    instances: bool = False,
) -> Service:
    """Start what is not running, package what changed, deploy, sign in, write service.json.

    `parameters` are further ones of the service's template; `instances` says whether those of an
    emulator that is started now run, or are recorded. Tests give a state folder of
    their own and share `build_folder`, so that the package is made once.
    """
    state.mkdir(parents=True, exist_ok=True)
    state.chmod(0o700)  # passwords and tokens are in there, also when nothing runs
    aws = _emulator_up(state, port, instances=instances)
    provider = servers.ensure("local.identity", state, "identity")
    slack = slack_setup.start(state, aws)
    target = _target(aws, provider.url, {**slack.parameters, **(parameters or {})})
    deployed = deploy(target, build_folder or STATE / "package" / STAGE)
    service = Service(
        api_url=deployed.api_url,
        token=tokens.sign_in(provider.url, identity.OWNER),
        admin_token=tokens.sign_in(provider.url, identity.ADMIN),
        emulator_url=aws.url,
        access_key_id=aws.access_key_id,
        secret_access_key=aws.secret_access_key,
        region=REGION,
        issuer=provider.url,
        emulator_pid=aws.pid,
        outputs=dict(deployed.outputs),
        packaged=deployed.packaged,
        instances=aws.instances,
        lost=aws.lost,
    )
    service.write(state)
    return service


def _target(aws: Emulator, issuer: str, parameters: Mapping[str, str]) -> Target:
    ours = {
        "OidcIssuer": issuer,
        "OidcAudience": identity.AUDIENCE,
        "LimitInAll": LIMIT_IN_ALL,
    }
    return Target(
        STAGE,
        tool_environment(aws.environment()),
        parameters=ours | dict(parameters),
        endpoint_url=aws.url,
    )


def down(state: Path = STATE, *, save: bool = True) -> list[str]:
    """Stop what `up` started, by process id, and name what was stopped.

    Without `save` the emulator is ended at once, and what it made is lost.
    """
    stopped = []
    if (state / "emulator.json").exists():
        aws = emulator(state)
        if processes.is_ours(aws.pid, "local.emulator"):
            stopped.append("emulator")
        else:
            aws.pid = 0  # it was killed, and what it ran may be left
        aws.stop(save=save)
    for name, title in (("identity", "identity provider"), ("slack", "stand-in for Slack")):
        if servers.stop(state, name):
            stopped.append(title)
    for name in ("emulator.json", "service.json"):
        (state / name).unlink(missing_ok=True)
    return stopped


def _emulator_up(state: Path, port: int | None, *, instances: bool) -> Emulator:
    file = state / "emulator.json"
    if file.exists():
        aws = emulator(state)
        if processes.is_ours(aws.pid, "local.emulator") and aws.is_healthy():
            if port not in (None, aws.port):
                raise ServiceError(f"the service runs on port {aws.port}; stop it with: make down")
            return aws
        if processes.is_ours(aws.pid, "local.emulator"):
            aws.stop()
    aws = _start_emulator(state / "emulator", port, instances=instances)
    servers.write_private(file, aws.to_json())
    return aws


def _start_emulator(folder: Path, port: int | None, *, instances: bool) -> Emulator:
    if port:
        return Emulator.start(folder, port, instances=instances)
    with contextlib.suppress(PortTakenError):
        return Emulator.start(folder, PREFERRED_PORT, instances=instances)
    return Emulator.start(folder, instances=instances)
