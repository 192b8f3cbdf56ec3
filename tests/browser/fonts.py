"""The font families that the page is tested in, whatever else a machine has installed."""

from __future__ import annotations

import os
from pathlib import Path

FOLDERS = {
    "DejaVu Sans": "/usr/share/fonts/truetype/dejavu",  # Debian's fonts-dejavu-core
    "Liberation Sans": "/usr/share/fonts/truetype/liberation",  # Debian's fonts-liberation
}
"""A wide family and a narrow one (the width of Arial), each with the folder it is alone in."""

FAMILIES = tuple(FOLDERS)

_CONFIG = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{1}</dir>
  <cachedir>{2}</cachedir>
  <alias><family>sans-serif</family><prefer><family>{0}</family></prefer></alias>
</fontconfig>
"""


def chosen(families: tuple[str, ...]) -> tuple[str, ...]:
    """Return the family that DEMO_TEST_FONTS names, or else the given ones."""
    named = os.environ.get("DEMO_TEST_FONTS")
    return (named,) if named else families


def environment(family: str, folder: Path) -> dict[str, str]:
    """Return the variables that hide every other family from a browser (fonts-conf(5))."""
    config = folder / "fonts.conf"
    config.write_text(_CONFIG.format(family, FOLDERS[family], folder / "cache"), encoding="utf-8")
    return {"FONTCONFIG_FILE": str(config)}
