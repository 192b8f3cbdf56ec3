"""EC2 takes certain characters in the descriptions of security groups, and refuses others.

The characters are those of the Amazon EC2 API Reference, "IpRange" and
"CreateSecurityGroup"; MiniStack takes any.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from local.emulator.handlers import around_handler

_RULE = (
    "Valid descriptions are strings less than 256 characters from the following set: "
    "a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
)
_ALLOWED = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_TYPE = "AWS::EC2::SecurityGroup"


def install() -> None:
    """Look at the descriptions before a group is made or changed."""
    around_handler(_TYPE, "create", _checked)
    around_handler(_TYPE, "update", _checked)


def _checked(handle: Any, *args: Any) -> Any:
    properties = next(arg for arg in reversed(args) if isinstance(arg, dict))
    if refused := next(_refused(properties), None):
        raise ValueError(
            f'Resource handler returned message: "{refused} (Service: Ec2, Status Code: 400, '
            f'Request ID: {uuid.uuid4()})" (RequestToken: {uuid.uuid4()}, '
            "HandlerErrorCode: InvalidRequest)"
        )
    return handle(*args)


def _refused(properties: Mapping[str, Any]) -> Iterator[str]:
    if not _ALLOWED.fullmatch(str(properties.get("GroupDescription", ""))):
        yield f"Invalid security group description. {_RULE}"
    for direction in ("SecurityGroupIngress", "SecurityGroupEgress"):
        for rule in properties.get(direction) or ():
            if not _ALLOWED.fullmatch(str(rule.get("Description", ""))):
                yield f"Invalid rule description. {_RULE}"
