"""Tests run in one process per core, so that threads of numeric libraries would only wait."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
