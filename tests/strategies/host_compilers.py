"""This machine's compilers, for tests: GNU's, or those that CC and CXX name."""

import os

__all__ = ["CC", "CXX"]

CC = os.environ.get("CC") or "gcc"
CXX = os.environ.get("CXX") or "g++"
