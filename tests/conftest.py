"""Settings of all tests."""

import os

from hypothesis import settings

# One process runs per core, so that threads of numeric libraries would only wait.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# No test is timed: a busy machine is no failure.
settings.register_profile("zoo", deadline=None)
settings.load_profile("zoo")
