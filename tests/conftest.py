"""What every test has in common."""

import os

from hypothesis import settings

# How long an example takes is the machine's affair, and no test's.
settings.register_profile("untimed", deadline=None)
# A mutation run runs a test a thousand times: the same few examples each time.
settings.register_profile("mutants", deadline=None, derandomize=True, max_examples=25)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "untimed"))
