"""What fetches and unpacks on an instance, where this machine has no such program."""

import argparse
import sys
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path


def curl(arguments: list[str]) -> int:
    """Fetch one address, as far as instances' scripts ask curl for it."""
    parser = argparse.ArgumentParser("curl")
    for flag in ("-f", "-s", "-S", "-L"):
        parser.add_argument(flag, action="store_true")
    for flag in ("--fail", "--silent", "--show-error", "--retry-all-errors"):
        parser.add_argument(flag, action="store_true")
    parser.add_argument("-o", "--output", default="/dev/stdout")
    parser.add_argument("-X", "--request", default="GET")
    parser.add_argument("-H", "--header", action="append", default=[])
    parser.add_argument("--retry", type=int, default=0)
    parser.add_argument("--retry-delay", type=float, default=1.0)
    parser.add_argument("url")
    options = parser.parse_args(arguments)
    headers = dict(header.split(": ", 1) for header in options.header)
    request = urllib.request.Request(options.url, headers=headers, method=options.request)  # noqa: S310
    for left in range(options.retry, -1, -1):
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                Path(options.output).write_bytes(answer.read())
        except OSError as error:
            failed = error
            time.sleep(options.retry_delay if left else 0)
        else:
            return 0
    print(f"curl: {failed}", file=sys.stderr)
    return 22 if isinstance(failed, urllib.error.HTTPError) else 7


def unzip(arguments: list[str]) -> int:
    """Unpack `unzip -q <archive> -d <folder>`."""
    archive, folder = arguments[-3], arguments[-1]
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return 0
