"""Who may come in: signed with this run's credentials, from no other site, by a local name."""

from typing import Any

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from local.control import Control, ControlError
from local.emulator.process import Emulator

from .conftest import make_function

CREATE_ROLE = "Action=CreateRole&Version=2010-05-08&RoleName=evil&AssumeRolePolicyDocument=%7B%7D"


def call(aws: Emulator, method: str, path: str, **more: Any) -> httpx.Response:
    return httpx.request(method, f"{aws.url}{path}", trust_env=False, **more)


def session(aws: Emulator, **credentials: str) -> Any:
    given: dict[str, Any] = {
        "aws_access_key_id": aws.access_key_id,
        "aws_secret_access_key": aws.secret_access_key,
        **credentials,
    }
    return boto3.Session(region_name="us-east-1", **given)


def roles(aws: Emulator) -> set[str]:
    return {role["RoleName"] for role in aws.client("iam").list_roles()["Roles"]}


def test_a_page_of_another_site_makes_nothing(aws: Emulator) -> None:
    """A request that a browser sends without asking first is refused, and no role is there."""
    answer = call(
        aws,
        "POST",
        "/",
        params={
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Credential": "test/20260101/us-east-1/iam/aws4_request",
            "X-Amz-Date": "20260101T000000Z",
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Signature": "x",
        },
        content=CREATE_ROLE,
        headers={"Origin": "http://evil.example", "Content-Type": "text/plain"},
    )
    assert 403 == answer.status_code
    assert "http://evil.example" in answer.text
    assert "evil" not in roles(aws)


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ({"Origin": "http://evil.example"}, "evil.example"),
        ({"Origin": "null"}, "null"),
        ({"Origin": "http://127.0.0.1:1"}, "127.0.0.1:1"),
        ({"Host": "evil.example"}, "evil.example"),
        ({"Host": "localhost.evil.example"}, "evil.example"),
        ({"Host": ""}, "''"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/_ministack/ready", "/restapis/a/api/_user_request_/"])
def test_other_sites_and_names_are_refused_everywhere(
    aws: Emulator, headers: dict[str, str], why: str, path: str
) -> None:
    """Another origin, or a name that is not this machine's, reaches no path at all."""
    answer = call(aws, "GET", path, headers=headers)
    assert (403, True) == (answer.status_code, why in answer.json()["message"])


@pytest.mark.parametrize("host", ["localhost", "abcdef12.execute-api.localhost", "[::1]"])
def test_local_names_are_let_in(aws: Emulator, host: str) -> None:
    """Names of this machine pass, those of APIs under `localhost` too."""
    own = {"Host": f"{host}:{aws.port}", "Origin": f"http://{host}:{aws.port}"}
    assert 200 == call(aws, "GET", "/_ministack/ready", headers=own).status_code


@pytest.mark.parametrize(
    "credentials",
    [
        {"aws_access_key_id": "test", "aws_secret_access_key": "test"},
        {"aws_access_key_id": "000000000000", "aws_secret_access_key": "test"},
        {"aws_access_key_id": "AKIAUNKNOWN", "aws_secret_access_key": "wrong"},
        {"aws_secret_access_key": "wrong"},
        {"aws_session_token": "made-up"},
    ],
    ids=["test", "account", "unknown", "secret", "token"],
)
@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("s3", "list_buckets"),
        ("iam", "list_roles"),
        ("sts", "get_caller_identity"),
        ("dynamodb", "list_tables"),
        ("lambda", "list_functions"),
        ("elasticbeanstalk", "describe_applications"),
    ],
)
def test_only_the_credentials_of_this_run_are_taken(
    aws: Emulator, credentials: dict[str, str], service: str, operation: str
) -> None:
    """Another key, and the right key with another secret, are refused by every protocol."""
    client = session(aws, **credentials).client(service, endpoint_url=aws.url)
    with pytest.raises(ClientError):
        getattr(client, operation)()


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?Action=ListRoles&Version=2010-05-08",
        "/2015-03-31/functions",
        "/_ministack/reset",
        "/_ministack/health",
        "/some-bucket/some-key",
    ],
)
def test_an_unsigned_call_is_refused(aws: Emulator, path: str) -> None:
    """Nothing but users' requests is served without a signature, MiniStack's own verbs neither."""
    name = {"Host": "abcdef12.execute-api.localhost"} if path == "/_ministack/reset" else {}
    answer = call(aws, "POST" if path.startswith("/_ministack") else "GET", path, headers=name)
    assert 403 == answer.status_code


def test_a_signed_body_cannot_be_changed(aws: Emulator) -> None:
    """A presigned address is good for what was signed and for nothing else."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="signed-for")
    s3.put_object(Bucket="signed-for", Key="k", Body=b"x")
    wanted = {"Bucket": "signed-for", "Key": "k"}
    address = s3.generate_presigned_url("get_object", Params=wanted)
    assert b"x" == httpx.get(address, trust_env=False).content
    assert 403 == httpx.get(address.replace("/k?", "/other?"), trust_env=False).status_code


def test_no_answer_is_every_sites_to_read(aws: Emulator) -> None:
    """No answer carries a wildcard for other origins, to a preflight neither."""
    seen: list[str] = []
    iam = aws.client("iam")
    iam.meta.events.register(
        "after-call", lambda parsed, **_: seen.extend(parsed["ResponseMetadata"]["HTTPHeaders"])
    )
    iam.list_roles()
    assert "content-type" in seen
    preflight = call(aws, "OPTIONS", "/", headers={"Access-Control-Request-Method": "POST"})
    assert [] == [name for name in (*seen, *preflight.headers) if "allow-origin" in name]


def test_a_function_has_its_roles_credentials(aws: Emulator) -> None:
    """A function calls AWS as its role, with a secret nobody can work out from its name."""
    source = (
        "import boto3, os\n"
        "def handler(event, context):\n"
        "    names = ('AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN')\n"
        "    who = boto3.client('sts').get_caller_identity()['Arn']\n"
        "    return {'who': who, **{name: os.environ[name] for name in names}}\n"
    )
    make_function(aws, "who-am-i", source)
    payload = aws.client("lambda").invoke(FunctionName="who-am-i")["Payload"].read().decode()
    assert "assumed-role/who-am-i-role/who-am-i" in payload
    assert aws.secret_access_key not in payload


@pytest.mark.parametrize("secret", ["", "1", "wrong"])
def test_steering_takes_this_runs_key(aws: Emulator, secret: str) -> None:
    """The controls are for whoever started the emulator."""
    with pytest.raises(ControlError, match="x-local-control"):
        Control(aws.url, secret).state()


def test_a_restart_keeps_the_credentials_and_a_new_run_draws_others(aws: Emulator) -> None:
    """Each run has its own key pair, and tells it to whoever finds it again."""
    assert aws == Emulator.from_json(aws.to_json())
    other = Emulator(aws.port, aws.state_dir)
    assert aws.access_key_id != other.access_key_id
    assert aws.secret_access_key != other.secret_access_key
