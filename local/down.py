"""What `make down` runs: stops the local service by its process ids.

What it had made is kept for the next `make demo`; `make down forget=1` removes that too.
"""

import argparse
import shutil

from local import service


def main() -> None:
    """Stop everything, and say what was stopped."""
    parser = argparse.ArgumentParser(description="Stop the local service.")
    parser.add_argument("--forget", action="store_true", help="also remove what it had made")
    options = parser.parse_args()
    stopped = service.down(save=not options.forget)
    print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
    if options.forget:
        shutil.rmtree(service.STATE / "emulator", ignore_errors=True)
        print("Removed what it had made.")


if __name__ == "__main__":
    main()
