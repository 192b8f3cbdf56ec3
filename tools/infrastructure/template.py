"""The service's template and Chalice's settings, completed from the tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import yaml

from tools.infrastructure import alarms, dashboard, functions, loop

ROOT: Final = Path(__file__).resolve().parents[2]


def service_template(root: Path = ROOT) -> dict[str, Any]:
    """Return what is merged over the template that Chalice makes: all but the functions."""
    text = (root / ".chalice" / "resources.yaml").read_text(encoding="utf-8")
    template: dict[str, Any] = yaml.load(text, Loader=yaml.CSafeLoader)
    resources = template["Resources"]
    loop.with_actions(resources)
    for made in (functions.resources(), alarms.resources(), dashboard.resources()):
        for name, body in made.items():
            resources[name] = {**body, **resources.get(name, {})}
    return template


def chalice_config(root: Path = ROOT) -> dict[str, Any]:
    """Return Chalice's settings: those of the app, and those of each function."""
    text = (root / ".chalice" / "config.json").read_text(encoding="utf-8")
    return {**json.loads(text), "lambda_functions": functions.config()}
