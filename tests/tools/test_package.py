"""The package that Lambda gets: how large it is, what is in it, and that all of it loads."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tools.infrastructure.functions import FUNCTIONS, Function, camel_case
from tools.infrastructure.template import ROOT
from tools.packaging import build_local

MOST = 8_000_000
"""Bytes."""
OURS = {"app.py", "chalicelib", "cfn", "docker"}
FROM_LAMBDA = ("boto3", "botocore", "s3transfer", "urllib3", "dateutil", "six", "jmespath")
"""What Lambda's Python brings along."""
LOAD_ALL = f"""
import importlib, sys
from importlib.machinery import PathFinder
from pkgutil import walk_packages

class Runtime:
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] in {FROM_LAMBDA}:
            return PathFinder.find_spec(name, path or [sys.argv[2]])

sys.path.insert(0, sys.argv[1])
sys.meta_path.append(Runtime)
import app, chalicelib
for module in walk_packages(chalicelib.__path__, "chalicelib."):
    importlib.import_module(module.name)

import yaml
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType
from aws_lambda_powertools.utilities.batch import process_partial_response
from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.entrypoints.rest.openapi import document
from jwt.algorithms import RSAAlgorithm

process_partial_response(
    event={{"Records": [{{"dynamodb": {{"Keys": {{"pk": {{"S": "x"}}}}}}}}]}},
    record_handler=lambda record: record.dynamodb.keys,
    processor=BatchProcessor(event_type=EventType.DynamoDBStreams),
    context=None,
)
assert yaml.CSafeLoader
assert PackagedTemplates().catalog().components
assert document()["paths"]
RSAAlgorithm.from_jwk('{{"kty": "RSA", "e": "AQAB", "n": "' + "u" * 342 + '"}}')
"""


@pytest.fixture(scope="module")
def code() -> Path:
    return build_local().zip_file


def test_it_is_small(code: Path) -> None:
    """All functions share one package, and each cold start fetches it."""
    assert code.stat().st_size <= MOST


def test_it_holds_the_service_and_no_tool_or_test_double(code: Path) -> None:
    """Nothing of testkit, tools, local, tests or bench is there."""
    with zipfile.ZipFile(code) as package:
        names = package.namelist()
    top = {name.split("/")[0] for name in names}
    assert [] == [name for name in names if "__pycache__" in name]
    assert OURS <= top
    assert set() == top & {"testkit", "tools", "local", "tests", "bench", "docs", ".chalice"}


def test_all_of_the_service_loads_from_it(code: Path, tmp_path: Path) -> None:
    """What was taken out of the libraries is used by no module of the service."""
    with zipfile.ZipFile(code) as package:
        package.extractall(tmp_path)
    command = [sys.executable, "-I", "-S", "-c", LOAD_ALL, str(tmp_path)]
    done = subprocess.run(
        [*command, sysconfig.get_path("purelib")], check=False, capture_output=True, text=True
    )
    assert "" == done.stderr


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_has_what_its_row_says_and_a_role_of_its_own(function: Function) -> None:
    """Chalice took the table's settings, and made the role of the function's policy alone."""
    made = json.loads(build_local().template.read_text())["Resources"]
    properties = made[function.logical_id]["Properties"]
    bounds = (properties["Timeout"], properties["MemorySize"])
    assert (function.timeout_seconds, function.memory_mb) == bounds
    role = f"{camel_case(function.name)}Role"
    assert {"Fn::GetAtt": [role, "Arn"]} == properties["Role"]
    own = json.loads((ROOT / ".chalice" / "policies" / f"{function.name}.json").read_text())
    assert [own] == [p["PolicyDocument"] for p in made[role]["Properties"]["Policies"]]
