"""Files of networks that users bring, and the importers that read them."""

from collections.abc import Mapping
from pathlib import Path

from zoo import registry
from zoo.contract import FileInput
from zoo.errors import FileKindError
from zoo.graph import Graph
from zoo.plugs import Importer
from zoo.provenance.used import recording

__all__ = ["find_importer", "import_file", "is_user_file", "suffixes"]

_HEAD_BYTES = 64


def is_user_file(word: str) -> bool:
    """Return whether a word names a network's file: by its suffix, or by what the file holds."""
    return bool(_by_suffix(Path(word)) or _by_content(Path(word)))


def find_importer(file: Path) -> Importer:
    """Return the importer of a file by its content, else by its suffix; raises UsageError."""
    name = _by_content(file) or _by_suffix(file)
    if not name:
        raise FileKindError(f"{file}: not a readable network file; give an {suffixes()} file")
    found: Importer = registry.load("importer", name)
    return found


def import_file(file: Path, inputs: Mapping[str, FileInput]) -> Graph:
    """Return a user's network as a Graph, as its importer does."""
    return find_importer(file).import_file(file, inputs)


def suffixes() -> str:
    """Return the suffixes of all files that can be read, as text."""
    return " or ".join(importer.suffix for importer in _importers())


def _importers() -> list[Importer]:
    with recording(imports=False):  # not recorded: asking an importer is not using it
        loaded, _ = registry.load_all("importer")  # a broken one does not stop the others
    return list(loaded.values())


def _by_suffix(file: Path) -> str:
    return next((found.name for found in _importers() if found.suffix == file.suffix), "")


def _by_content(file: Path) -> str:
    if not file.is_file():
        return ""
    with file.open("rb") as content:
        head = content.read(_HEAD_BYTES)
    return next((found.name for found in _importers() if found.recognises(head)), "")
