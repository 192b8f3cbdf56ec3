"""A link as a QR code (ISO/IEC 18004), drawn as the path of an SVG image."""

from __future__ import annotations

from itertools import groupby

from chalicelib.entrypoints.rest import access_answers


def qr_code(text: str) -> access_answers.QrCode:
    """Return a text of at most 500 characters as a QR code."""
    import segno  # noqa: PLC0415 - a tenth of a second, for who makes a link to print

    matrix = segno.make_qr(text, error="m").matrix
    runs = (
        f"M{x} {y}h{length}v1h-{length}z"
        for y, row in enumerate(matrix)
        for x, length in _dark_runs(row)
    )
    return {"size": len(matrix), "path": "".join(runs)}


def _dark_runs(row: bytes | bytearray) -> list[tuple[int, int]]:
    """Return where each run of dark modules of a row begins, and how long it is."""
    found, x = [], 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            found.append((x, length))
        x += length
    return found
