"""Start the command: python -m tools.command."""

import sys

from .program import main

sys.exit(main())
