"""AMD's own XIR as a witness for lowered files."""

import subprocess
from pathlib import Path

import pytest

from compilers.xmodel.encode import encode
from compilers.xmodel.xir import XirGraph

__all__ = ["require_nothing_wrong"]

_ENVIRONMENT = {"GLOG_minloglevel": "3", "PATH": "/usr/bin:/bin"}


def require_nothing_wrong(program: Path, graph: XirGraph, folders: pytest.TempPathFactory) -> None:
    """Fail if XIR finds a wrong op, attribute, argument or shape. program: xir_check."""
    file = folders.mktemp("form") / "file.xmodel"
    file.write_bytes(encode(graph))
    done = subprocess.run(
        [str(program), str(file)], capture_output=True, text=True, env=_ENVIRONMENT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
