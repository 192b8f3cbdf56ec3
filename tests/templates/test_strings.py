"""Text that AWS takes in few characters only, as each service's API reference lists them."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from .documents import COMPONENTS, Resolver, load, resources, walk

# IpRange.Description and CreateSecurityGroup's GroupDescription (Amazon EC2 API Reference).
RULE = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{1,255}")
# Tag restrictions (Tagging AWS Resources User Guide), which every service accepts.
TAG_KEY = re.compile(r"(?!aws:)[a-zA-Z0-9 _.:/=+\-@]{1,128}")
TAG_VALUE = re.compile(r"[a-zA-Z0-9 _.:/=+\-@]{0,256}")
# CreateRole's Description (IAM API Reference).
ROLE = re.compile(r"[\t\n\r -~\u00a1-\u00ff]{0,1000}")
# As core/demo.py's tag_value hands it over.
VALUES = {"Owner": "o_brien@example.com", "AllowedCidr": "198.51.100.7/32,203.0.113.0/24"}


def descriptions(component: str) -> Iterator[str]:
    """Yield the description of each security group and of each of its rules."""
    template = load(component)
    for group in resources(template, "AWS::EC2::SecurityGroup").values():
        properties = Resolver(template, **VALUES)(group["Properties"])
        yield properties["GroupDescription"]
        for rule in properties["SecurityGroupIngress"] + properties["SecurityGroupEgress"]:
            yield rule["Description"]


def tags(component: str) -> Iterator[dict[str, Any]]:
    """Yield every tag that a template writes."""
    template = load(component)
    for node in walk(template["Resources"]):
        if isinstance(node, dict) and "Tags" in node:
            yield from Resolver(template, **VALUES)(node["Tags"])


@pytest.mark.parametrize("component", COMPONENTS)
def test_security_group_descriptions(component: str) -> None:
    """EC2 refuses a rule whose description has an apostrophe in it, and with it the stack."""
    assert [] == [text for text in descriptions(component) if not RULE.fullmatch(text)]


@pytest.mark.parametrize("component", COMPONENTS)
def test_tags(component: str) -> None:
    """Keys and values keep to the characters and lengths that every service takes."""
    found = list(tags(component))
    assert found
    assert [] == [
        tag
        for tag in found
        if not (TAG_KEY.fullmatch(tag["Key"]) and TAG_VALUE.fullmatch(str(tag["Value"])))
    ]


@pytest.mark.parametrize("component", COMPONENTS)
def test_role_descriptions(component: str) -> None:
    """IAM takes Latin-1 text only."""
    template = load(component)
    roles = resources(template, "AWS::IAM::Role").values()
    told = [Resolver(template, **VALUES)(role["Properties"]["Description"]) for role in roles]
    assert [] == [text for text in told if not ROLE.fullmatch(text)]
