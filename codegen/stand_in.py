"""The DPU's stand-in: a runner of VART made of the network's C sources, for programs of the board.

An xmodel's artifact brings below stand_in/ the C sources of its network and one compiled xmodel
that names LIBRARY as the runner of its DPU part.
"""

from pathlib import Path

from codegen.aarch64 import vart_link_words, vart_words
from codegen.compiler_call import call_compiler
from codegen.templates import TEMPLATES
from zoo.errors import ArtifactError

__all__ = ["LIBRARY", "build_stand_in", "stand_in_folder", "stand_in_network"]

LIBRARY = "libstand_in_dpu.so"
_RUNNER = TEMPLATES / "stand_in" / "runner.cpp"
_WHAT = "the stand-in for the DPU"


def stand_in_folder(artifact: Path) -> Path:
    """Return the folder of the stand-in's files beside an xmodel; raises ArtifactError."""
    folder = artifact.parent / "stand_in"
    if not (folder / "network.h").is_file():
        raise ArtifactError(
            f"{folder}: holds no network.h; an xmodel is run here by the C form of its network, "
            "which `zoo build` writes beside it: build it again"
        )
    return folder


def stand_in_network(folder: Path) -> Path:
    """Return the xmodel whose DPU part names the stand-in; raises ArtifactError."""
    found = sorted(folder.glob("*.xmodel"))
    if len(found) != 1:
        raise ArtifactError(
            f"{folder}: holds {len(found)} .xmodel files, one is needed; build it again"
        )
    return found[0]


def build_stand_in(folder: Path, out: Path) -> Path:
    """Compile the C sources in `folder` and the runner; return the library below `out`.

    Raises ToolchainError where a compiler is missing or fails.
    """
    flags = ("-O2", "-fPIC", "-c", f"-I{folder}")
    objects = []
    for source in sorted(folder.glob("*.c")):
        objects.append(str(out / f"{source.stem}.c.o"))
        call_compiler([*vart_words("c"), "-std=c99", *flags, str(source), "-o", objects[-1]], _WHAT)
    objects.append(str(out / "runner.o"))
    cpp = [*vart_words(), "-std=c++17", *flags, str(_RUNNER), "-o", objects[-1]]
    call_compiler(cpp, _WHAT)
    library = out / LIBRARY
    own = ["-shared", *objects, "-lxir", "-o", str(library)]
    link = [*vart_words(), *own, *vart_link_words()]
    call_compiler(link, _WHAT)
    return library
