"""Settings of all tests."""

import os

from hypothesis import HealthCheck, settings

# One process runs per core, so that threads of numeric libraries would only wait.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# `make test` hands its level and options on; a user who types `make` at a prompt has none.
for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
    os.environ.pop(name, None)

# No test is timed: a busy machine is no failure. Each run has the same examples; others are drawn
# by `pytest --hypothesis-profile=explore`.
untimed = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("zoo", derandomize=True, **untimed)
settings.register_profile("explore", **untimed)
settings.load_profile("zoo")
