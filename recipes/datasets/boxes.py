"""boxes: a folder of whole photos with `annotations.csv`, one row per face."""

from pathlib import Path

from recipes.shelf.boxed_photos import BoxedPhoto, boxed_photo, whole_pictures
from recipes.shelf.label_table import columns_of, read_rows
from recipes.shelf.label_text import photo_below
from zoo.data.crops import Row, numeric_cell
from zoo.errors import LabelError
from zoo.picture import Picture

__all__ = ["DATASET", "has_boxes"]

_BOX = ("x", "y", "w", "h")


class BoxesFolder:
    """Photos and boxes of faces, without splits."""

    name = "boxes"
    summary = "annotations.csv and images: whole photos and boxes of their faces"
    splits: tuple[str, ...] = ()

    def recognises(self, folder: Path) -> bool:
        """Return whether there is a table of boxes."""
        return has_boxes(folder)

    def points(self, folder: Path) -> int:  # noqa: ARG002 (the same for all)
        """Return 0: faces have boxes."""
        return 0

    def read(self, folder: Path, split: str) -> tuple[BoxedPhoto, ...]:  # noqa: ARG002 (none)
        """Return the photos, sorted by name; raises DataError naming the row or column at fault."""
        table = folder / "annotations.csv"
        _check_columns(table)
        faces: dict[Path, list[tuple[tuple[float, float, float, float], bool]]] = {}
        for row in read_rows(table):
            where = f"{table}:{row['line']}"
            path = photo_below(folder / "images", row["file"], where)
            faces.setdefault(path, []).append(_label(row, where))
        return tuple(boxed_photo(path, labels) for path, labels in sorted(faces.items()))

    def pictures(self, folder: Path, split: str) -> list[Picture]:
        """Return the photos; raises DataError like `read`."""
        return whole_pictures(self.read(folder, split))


DATASET = BoxesFolder()


def has_boxes(folder: Path) -> bool:
    """Return whether the folder's `annotations.csv` has boxes."""
    table = folder / "annotations.csv"
    return table.is_file() and set(_BOX) <= set(columns_of(table))


def _check_columns(table: Path) -> None:
    missing = [name for name in ("file", *_BOX) if name not in columns_of(table)]
    if missing:
        raise LabelError(
            f"{table}: column '{missing[0]}' is missing; expected {', '.join(('file', *_BOX))}"
        )


def _label(row: Row, where: str) -> tuple[tuple[float, float, float, float], bool]:
    """Return x, y, width, height, and whether the label is valid: `invalid` is 0 or absent."""
    x, y, w, h = (numeric_cell(row, name, where) for name in _BOX)
    return (x, y, w, h), row.get("invalid", "0") == "0"
