"""The QR code of a link: what segno made of it, module for module."""

from __future__ import annotations

import re

import pytest
import segno

from chalicelib.entrypoints.rest.qr import qr_code

RUN = re.compile(r"M(\d+) (\d+)h(\d+)v1h-\3z")


@pytest.mark.parametrize("length", [20, 130, 500])
def test_a_link_is_drawn_module_for_module(length: int) -> None:
    """Every dark module is drawn once, and no light one is."""
    text = "https://demo.example.com/share#".ljust(length, "x")
    code = qr_code(text)
    dark = [
        (int(x) + i, int(y)) for x, y, run in RUN.findall(code["path"]) for i in range(int(run))
    ]
    matrix = segno.make_qr(text, error="m").matrix
    assert "" == RUN.sub("", code["path"])
    assert len(matrix) == code["size"]
    assert sorted((x, y) for y, row in enumerate(matrix) for x, d in enumerate(row) if d) == (
        sorted(dark)
    )
