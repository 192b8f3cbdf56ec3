"""The links of a demo open on one machine, and nothing is left when it is gone."""

from __future__ import annotations

import json
import re

import httpx

from local.instances import serving
from tests.integration.conftest import Running

from .conftest import left_of, listens, of, opened, wait_for

NAME = 'Tom & "Jerry"'
ESCAPED = "Tom &amp; &quot;Jerry&quot;"


def test_every_link_of_a_whole_demo_opens(machines: Running) -> None:
    """
    Given instances that run, when all components are asked for, then each link shows the demo's
    own name, made by the template's own user data, and a deleted demo leaves nothing running.
    """
    machines.remember()
    owner = machines.person()
    demo_id = owner.request(name=NAME)
    ready = owner.until(demo_id, "ready", "deleted", "failed")
    assert "ready" == ready["phase"], ready["failure"]
    links = ready["links"]
    pages = {title: _good(url) for title, url in links.items()}
    _put_name(machines, ready["outputs"]["s3"]["BucketName"])
    wait_for(lambda: ESCAPED in opened(links["Web tier"]).text, "the name in the web tier")
    for title in ("Container service", "Elastic Beanstalk"):
        assert NAME == _good(f"{links[title]}demo.json").json()["name"]
    assert "Jenkins would be here" in pages["Jenkins"].text
    _is_the_images_own_server(pages["Container service"].headers)
    _is_the_images_own_server(pages["Elastic Beanstalk"].headers)
    _take_turns(links["Web tier"])
    database = "reachable at 127." if serving.database() else "recorded-not-emulated.invalid"
    wait_for(lambda: database in opened(links["Web tier"]).text, f"{database} on the web tier")
    ports = [(one["address"], 8011) for one in of(machines, "asg", demo_id)]
    assert all(listens(*port) for port in ports)
    assert 400 * 2**20 > sum(one["memory"] for one in machines.aws.control.instances())
    assert 202 == owner.call("DELETE", f"/demos/{demo_id}").status_code
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert [] == machines.left_behind()
    assert [] == left_of(machines.aws)
    assert not any(listens(*port) for port in ports)


def _put_name(running: Running, bucket: str) -> None:
    """Put the file that the service keeps beside the bundle, which instances ask for again."""
    body = json.dumps({"name": NAME}).encode()
    running.aws.client("s3").put_object(Bucket=bucket, Key="demo.json", Body=body)


def _good(url: str) -> httpx.Response:
    wait_for(lambda: opened(url).status_code == 200, url)
    return opened(url)


def _is_the_images_own_server(headers: httpx.Headers) -> None:
    expected = "Apache" if serving.apache() else "python-in-place-of-apache"
    assert headers["server"].startswith(expected)
    if serving.apache():
        assert "default-src 'none'" in headers["content-security-policy"]


def _take_turns(link: str) -> None:
    seen = set()
    for _ in range(4):
        seen.update(re.findall(r"i-[0-9a-f]{17}", opened(link).text))
    assert 2 == len(seen)
