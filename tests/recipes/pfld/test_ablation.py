"""The ablation trains what is missing and says what each part is worth."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("lightning")

from recipes.pfld.ablation import LINES, MODEL, TAUGHT, Line, main, measure, run, table
from recipes.shelf.landmarks.settings import Settings, settings_of
from zoo.errors import DataError, UsageError


@pytest.mark.parametrize("line", LINES[1:], ids=lambda line: line.name)
def test_every_line_changes_a_setting(line: Line) -> None:
    assert settings_of(line.words) != Settings()


def test_the_first_line_is_the_default() -> None:
    assert settings_of(LINES[0].words) == Settings()


@pytest.mark.filterwarnings("ignore:.*LeafSpec.*:FutureWarning")
@pytest.mark.filterwarnings("ignore:.*does not have many workers.*:UserWarning")
def test_a_training_that_is_done_is_not_done_again(
    make_faces: Callable[..., Path], tmp_path: Path
) -> None:
    line, data = Line("small batches", {"batch_size": "4"}), (make_faces(8),)
    first = measure(line, data, tmp_path, epochs=1, seed=0)
    (weights,) = tmp_path.glob(f"small_batches.1.0/{MODEL}.safetensors")
    before = weights.stat().st_mtime_ns
    assert measure(line, data, tmp_path, epochs=1, seed=0) == first
    assert weights.stat().st_mtime_ns == before


def test_a_log_without_results(tmp_path: Path) -> None:
    folder = tmp_path / "x.1.0"
    (folder / "log").mkdir(parents=True)
    (folder / f"{MODEL}.safetensors").touch()
    (folder / "log" / "metrics.csv").write_text("epoch,val_nme\n0,\n")
    with pytest.raises(DataError, match="its log has no val_nme; remove the folder"):
        measure(Line("x", {}), (), tmp_path, epochs=1, seed=0)


def test_the_table_compares_seed_by_seed_with_its_first_line() -> None:
    rows = table({"all": [5.0, 5.2], "less": [5.5], "more": [5.1, 5.4]}).splitlines()[2:]
    assert rows == [
        "| all | 5.00, 5.20 | +0.00 |",
        "| less | 5.50 | +0.50 |",
        "| more | 5.10, 5.40 | +0.15 |",
    ]


def test_more_seeds_only_where_the_first_decides() -> None:
    errors = {"all": 5.0, "near": 5.2, "far": 4.5}
    lines = [Line(name, {}) for name in errors]
    results = run(lines, 2, 0.3, lambda line, seed: errors[line.name] + seed)
    assert results == {"all": [5.0, 6.0], "near": [5.2], "far": [4.5, 5.5]}


def test_the_line_of_a_teacher_needs_one(tmp_path: Path) -> None:
    asked = [str(tmp_path), str(tmp_path), "--only", TAUGHT]
    with pytest.raises(UsageError, match="needs a teacher; give its weights with --teacher"):
        CliRunner().invoke(main, asked, catch_exceptions=False)
