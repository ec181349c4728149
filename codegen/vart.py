"""The DPU's stand-in: a VART runner built from the network's C sources, for the board's programs.

An xmodel's artifact has in stand_in/ the C sources of its network and one compiled xmodel that
names the library as the runner of its DPU part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

from codegen.app import Call
from codegen.compiler_call import call_compiler
from codegen.kria import KriaToolchain
from codegen.templates import TEMPLATES
from zoo.errors import ArtifactError

__all__ = ["DETECTOR_LIBRARY", "LIBRARY", "StandInDpu", "build_stand_in"]

LIBRARY, DETECTOR_LIBRARY = "libstand_in_dpu.so", "libstand_in_dpu_detector.so"
_RUNNER = TEMPLATES / "stand_in" / "runner.cpp"
_WHAT = "the stand-in for the DPU"


@dataclass(frozen=True)
class StandInDpu:
    """Builds the stand-in for a program that runs on AMD's own VART.

    further: the program's other options here.
    """

    toolchain: KriaToolchain
    further: Callable[[], tuple[str, ...]] = tuple

    def __call__(self, artifact: Path, folder: Path) -> Call:
        """Return how to call the program; raises ArtifactError or ToolchainError."""
        network = _beside_tail(artifact, folder / "network")
        build_stand_in(self.toolchain, _folder(artifact), folder)
        options = ("--arch", str(artifact.with_name("arch.json")), *self.further())
        return Call(network, options, {"LD_LIBRARY_PATH": str(folder)})

    def detector(self, artifact: Path, folder: Path) -> Path:
        """Build the stand-in of a detector for the same call; return the file to load."""
        network = _beside_tail(artifact, folder / "detector")
        build_stand_in(self.toolchain, _folder(artifact), folder, DETECTOR_LIBRARY)
        return network


def _beside_tail(artifact: Path, folder: Path) -> Path:
    """Return the file that names the stand-in, with the network's tail beside it if it has one."""
    network, tail = _network(_folder(artifact)), artifact.with_name("tail.onnx")
    if not tail.is_file():
        return network
    folder.mkdir()
    copyfile(tail, folder / tail.name)
    return Path(copyfile(network, folder / network.name))


def build_stand_in(toolchain: KriaToolchain, folder: Path, out: Path, name: str = LIBRARY) -> Path:
    """Compile the C sources in `folder` and the runner; return the library in `out`.

    Raises ToolchainError if a compiler is missing or fails.
    """
    parts = out / Path(name).stem
    parts.mkdir(exist_ok=True)
    flags = ("-O2", "-fPIC", "-c", f"-I{folder}")
    objects = []
    c, cpp = toolchain.compiler("c"), toolchain.compiler()
    for source in sorted(folder.glob("*.c")):
        objects.append(str(parts / f"{source.stem}.c.o"))
        call_compiler([*c, "-std=c99", *flags, str(source), "-o", objects[-1]], _WHAT)
    objects.append(str(parts / "runner.o"))
    call_compiler([*cpp, "-std=c++17", *flags, str(_RUNNER), "-o", objects[-1]], _WHAT)
    library = out / name
    # The code of several networks has the same names.
    own = ["-shared", "-Wl,-Bsymbolic", *objects, "-lxir", "-o", str(library)]
    call_compiler([*cpp, *own, *toolchain.linker()], _WHAT)
    return library


def _folder(artifact: Path) -> Path:
    """Return the folder of the stand-in's files beside an xmodel."""
    folder = artifact.parent / "stand_in"
    if not (folder / "network.h").is_file():
        raise ArtifactError(
            f"{folder}: has no network.h; this machine runs an .xmodel as C code, which `zoo "
            "build` writes beside it: build it again"
        )
    return folder


def _network(folder: Path) -> Path:
    """Return the xmodel with a DPU part that names the stand-in."""
    found = sorted(folder.glob("*.xmodel"))
    if len(found) != 1:
        raise ArtifactError(
            f"{folder}: holds {len(found)} .xmodel files; expected one; build it again"
        )
    return found[0]
