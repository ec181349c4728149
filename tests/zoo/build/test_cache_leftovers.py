"""What a build writes into the cache besides its results."""

import pytest

from zoo.build.cache import Cache, Task


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def write(out):
    (out / "result.txt").write_text("result")


def must_not_run(out):
    raise AssertionError(f"ran again into {out}")


def test_a_warm_cache_is_only_read(cache, tmp_path):
    """So that it may be read-only."""
    task = Task("hub", "toy.x86.none")
    done = cache.perform(task, write)
    before = {path: path.stat().st_mtime_ns for path in cache.folder.rglob("*")}
    cache.perform(task, must_not_run)
    cache.deliver(done.folder / "result.txt", tmp_path / "dist" / "bundle.tar.gz")
    assert {path: path.stat().st_mtime_ns for path in cache.folder.rglob("*")} == before


def test_leftovers_of_killed_builds_are_removed_by_the_next(cache):
    task = Task("hub", "toy.x86.none")
    cache.perform(task, write)
    unfinished = cache.folder / "unfinished"
    (unfinished / "0a").mkdir()
    (unfinished / "0a" / "half.txt").touch()
    (unfinished / "0b.0c.old").mkdir()
    (unfinished / "0d.json").touch()
    cache.perform(task, must_not_run)
    assert list(unfinished.iterdir()) == []


def test_what_a_running_build_makes_stays(cache):
    def other(out):
        cache.perform(Task("other", "toy.x86.none"), write)
        (out / "result.txt").write_text("result")

    done = cache.perform(Task("hub", "toy.x86.none"), other)
    assert (done.folder / "result.txt").read_text() == "result"
