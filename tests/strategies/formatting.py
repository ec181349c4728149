"""How C and C++ are laid out, by one version of clang-format: each has its own taste."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from clang_format import get_executable

from codegen.templates import TEMPLATES

_STYLE = f"--style=file:{TEMPLATES / 'cpp' / '.clang-format'}"


def misplaced(files: Iterable[Path]) -> str:
    """Return what the formatter would change, '' for nothing."""
    command = [get_executable("clang-format"), _STYLE, "--dry-run", "--Werror", *sorted(files)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False).stderr
