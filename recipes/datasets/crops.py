"""crops: a folder of square face crops with `annotations.csv`."""

from pathlib import Path

from recipes.datasets.boxes import has_boxes
from recipes.shelf.crops import points_of, read_crops, read_labels
from zoo.data.crops import Crops
from zoo.data.regions import landmark_box
from zoo.picture import Picture

__all__ = ["DATASET"]


class CropsFolder:
    """Unchanged crops with any number of landmarks, without splits."""

    name = "crops"
    summary = "annotations.csv and images: square crops of faces"
    splits: tuple[str, ...] = ()

    def recognises(self, folder: Path) -> bool:
        """Return whether there is a table of annotations without boxes."""
        return (folder / "annotations.csv").is_file() and not has_boxes(folder)

    def points(self, folder: Path) -> int:
        """Return the table's number of landmarks."""
        return points_of(folder)

    def read(self, folder: Path, split: str) -> Crops:  # noqa: ARG002 (there are none)
        """Return all faces; raises DataError naming the file, row or column at fault."""
        return read_crops(folder, points_of(folder))

    def pictures(self, folder: Path, split: str) -> list[Picture]:  # noqa: ARG002 (there are none)
        """Return the crops and the boxes of their faces; raises DataError like `read`."""
        _, landmarks, paths = read_labels(folder, points_of(folder))
        return [
            Picture(path, landmark_box(face)) for path, face in zip(paths, landmarks, strict=True)
        ]


DATASET = CropsFolder()
