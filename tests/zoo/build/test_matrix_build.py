"""Many builds side by side: each stage once, and what is killed or fails takes nothing along."""

import multiprocessing
from collections import Counter
from concurrent.futures import Executor, Future
from dataclasses import replace

import matrix_boards
import pytest

from zoo.build.cache import Cache
from zoo.build.matrix import read_matrix
from zoo.build.matrix_build import Count, MatrixBuild
from zoo.build.pipeline import build
from zoo.workers.local import LocalWorkers

NETWORKS = ("one", "two", "three", "four", "five")


@pytest.fixture
def matrix(install, tmp_path, monkeypatch):
    """Return matrix(*networks) -> the cells of a matrix file with five boards."""
    install("matrix-boards", "matrix_boards_plugin", matrix_boards.SOURCE)
    monkeypatch.setenv("GENERATED", str(tmp_path / "generated"))

    def cells(networks, boards=matrix_boards.BOARDS, quants=matrix_boards.QUANTS):
        models = matrix_boards.write_networks(tmp_path, networks)
        file = tmp_path / "matrix.toml"
        file.write_text(f"{models}targets = {list(boards)}\nquants = {list(quants)}\n")
        return read_matrix(file)

    return cells


def generated(tmp_path):
    """Return how often a text was written, by model and board."""
    lines = (tmp_path / "generated").read_text().splitlines()
    return Counter(tuple(line.split()[:2]) for line in lines)


def build_all(cells, tmp_path, out=None):
    with LocalWorkers(2) as workers:
        out = out or tmp_path / "dist"
        return list(MatrixBuild(Cache(tmp_path / "cache"), workers, out).build(cells))


def states(built):
    return [one.state for one in built]


def test_fifty_bundles_by_four_workers_one_of_them_killed(matrix, tmp_path):
    cells = matrix(NETWORKS)
    assert len(cells) == 50
    killed = []

    def kill_one():
        if many.count.ran > 40 and not killed:
            killed.append(multiprocessing.active_children()[0])
            killed[0].kill()

    with LocalWorkers(4) as workers:
        many = MatrixBuild(Cache(tmp_path / "cache"), workers, tmp_path / "dist")
        built = list(many.build(cells, kill_one))
    assert killed[0].exitcode == -9
    assert {(one.state, one.reason) for one in built} == {("built", "")}
    assert len(list((tmp_path / "dist").iterdir())) == 50
    # hub: by network; quantize: also by quantization; judge and compile, whose input is the same
    # in both quantizations: by network and board; the other four: by all three.
    assert many.count == Count(ran=5 + 10 + 2 * 25 + 4 * 50, shared=400 - 265)
    assert len(list(Cache(tmp_path / "cache").entries())) == many.count.ran
    assert generated(tmp_path).total() - 50 in (0, 1)  # what was killed, if it was this stage
    assert list(Cache(tmp_path / "cache").damaged()) == []


def test_the_next_build_is_cached_and_a_single_build_has_the_same_bytes(matrix, tmp_path):
    cells = matrix(("one",), boards=("board0", "board1"), quants=("none",))
    first, second = tmp_path / "first", tmp_path / "second"
    assert states(build_all(cells, tmp_path, first)) == ["built"] * 2
    assert states(build_all(cells, tmp_path, second)) == ["cached"] * 2
    plan = cells[0].plan()
    done = build(plan, Cache(tmp_path / "another"))
    name = f"{plan.build_name}.tar.gz"
    alone = (done["package"] / "bundle.tar.gz").read_bytes()
    assert (first / name).read_bytes() == alone == (second / name).read_bytes()


def test_a_cell_that_fails_ends_alone_and_its_stage_is_not_tried_again(matrix, tmp_path):
    cells = matrix(("broken", "one"), boards=("board0", "board1"), quants=("none", "qat"))
    built = {tuple(one.cell.row.values()): one for one in build_all(cells, tmp_path)}
    assert [one.state for one in built.values()].count("built") == 2
    for board in ("board0", "board1"):
        assert built["one.onnx", board, "none"].state == "built"
        assert built["one.onnx", board, "qat"].state == "refused"
        failed = built["broken.onnx", board, "none"]
        assert failed.state == "failed"
        assert "matrix-boards 1.0) failed in App.generate" in failed.reason
        assert "no text for it" in failed.reason
    assert generated(tmp_path)["broken", "board0"] == 1


def test_two_cells_of_one_name_are_not_built_over_each_other(matrix, tmp_path):
    cells = matrix(("one",), boards=("board0",), quants=("none",))
    built = build_all((*cells, replace(cells[0])), tmp_path)
    assert states(built) == ["failed", "built"]
    assert built[0].reason.startswith("one.board0.none is the name of another cell's bundle")


def test_workers_with_caches_of_their_own_are_sent_what_they_lack(matrix, tmp_path, monkeypatch):
    """Each call has an empty cache, as on a machine that was never used."""
    cells = matrix(("one",), boards=("board0",), quants=("none",))
    caches = iter(range(1000))

    class Machines(Executor):
        def submit(self, function, *values):
            monkeypatch.setenv("ZOO_CACHE", str(tmp_path / f"cache{next(caches)}"))
            future = Future()
            future.set_result(function(*values))
            return future

    many = MatrixBuild(Cache(tmp_path / "cache"), Machines(), tmp_path / "dist", ship=True)
    assert states(many.build(cells)) == ["built"]
    assert many.count.ran == 8
    assert next(caches) > 8  # hub needs nothing; what lacks something is asked twice


def test_a_result_that_changed_on_its_way_is_refused(matrix, tmp_path, monkeypatch):
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "theirs"))
    cells = matrix(("one",), boards=("board0",), quants=("none",))

    class Liar(Executor):
        def submit(self, function, *values):
            made = function(*values)
            future = Future()
            future.set_result(replace(made, content=made.content.replace(b"float32", b"float23")))
            return future

    many = MatrixBuild(Cache(tmp_path / "cache"), Liar(), tmp_path / "dist", ship=True)
    (one,) = many.build(cells)
    assert (one.state, one.reason) == ("failed", "lower: received damaged: artifact.json")
