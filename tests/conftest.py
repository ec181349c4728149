"""Settings of all tests."""

import os

from hypothesis import settings

# One process runs per core, so that threads of numeric libraries would only wait.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# `make test` hands its level and options on; a user who types `make` at a prompt has none.
for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    os.environ.pop(name, None)

# No test is timed: a busy machine is no failure.
settings.register_profile("zoo", deadline=None)
settings.load_profile("zoo")
