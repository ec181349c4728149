import errno
import json
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from zoo.build.cache import Cache, Task
from zoo.errors import CacheError, RecipeError, UsageError
from zoo.provenance.used import Thing, record


def write(content: str = "result"):
    """Return a stage that writes one file."""
    return lambda out: (out / "result.txt").write_text(content)


def fail(out: Path) -> None:
    (out / "half.txt").write_text("half")
    raise RecipeError("the stage failed")


def must_not_run(out: Path) -> None:
    raise AssertionError(f"ran again into {out}")


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source.txt"
    path.write_text("one")
    return path


def test_second_time_is_a_hit(cache):
    task = Task("hub", "toy.x86.none")
    first = cache.perform(task, write())
    second = cache.perform(task, must_not_run)
    assert (first.hit, first.reason) == (False, "first build")
    assert (second.hit, second.reason) == (True, "cached")
    assert first.folder == second.folder
    assert (second.folder / "result.txt").read_text() == "result"


def task_of(source: Path, **changed: object) -> Task:
    fixed = {"inputs": {"photo": source}, "options": {"size": 8}, "needs": {"hub": "ab"}}
    return Task("hub", "toy.x86.none", **{**fixed, **changed})


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"options": {"size": 9}}, "changed: option size"),
        ({"options": {"size": 8, "fast": True}}, "changed: option fast"),
        ({"options": {"size": {"width": 8}}}, "changed: option size, option size.width"),
        ({"needs": {"hub": "cd"}}, "changed: input hub"),
        ({"options": {}, "needs": {}}, "changed: input hub, option size"),
    ],
)
def test_miss_says_what_changed(cache, source, changed, reason):
    cache.perform(task_of(source), write())
    assert cache.preview(task_of(source, **changed)).reason == reason
    outcome = cache.perform(task_of(source, **changed), write("other"))
    assert (outcome.hit, outcome.reason) == (False, reason)


def test_changed_file_is_a_miss_and_the_old_content_a_hit_again(cache, source):
    cache.perform(task_of(source), write("from one"))
    source.write_text("two")
    assert cache.perform(task_of(source), write("from two")).reason == "changed: input photo"
    source.write_text("one")
    again = cache.perform(task_of(source), must_not_run)
    assert (again.folder / "result.txt").read_text() == "from one"


def test_result_with_the_same_files_causes_no_further_work(cache, source):
    first = cache.perform(task_of(source), write())
    cache.perform(Task("compile", "toy", needs={"sources": first.digest}), write("program"))
    source.write_text("two")
    again = cache.perform(task_of(source), write())
    assert (again.hit, again.folder != first.folder) == (False, True)
    compiled = cache.perform(Task("compile", "toy", needs={"sources": again.digest}), must_not_run)
    assert compiled.hit


def test_renamed_file_in_an_input_folder_is_a_miss(cache, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"photo")
    task = Task("quantize", "toy", inputs={"calibration": folder})
    cache.perform(task, write())
    (folder / "a.png").rename(folder / "b.png")
    assert cache.perform(task, write()).reason == "changed: input calibration"


def test_lost_result_is_explained(cache):
    task = Task("hub", "toy")
    outcome = cache.perform(task, write())
    shutil.rmtree(outcome.folder.parent)
    assert cache.perform(task, write()).reason == "its result is missing"


def test_forced_build_replaces_the_result(cache):
    task = Task("hub", "toy")
    cache.perform(task, write("old"))
    outcome = cache.perform(task, write("new"), force=True)
    assert (outcome.hit, outcome.reason) == (False, "forced")
    assert (outcome.folder / "result.txt").read_text() == "new"


def test_preview_does_nothing(cache):
    outcome = cache.preview(Task("hub", "toy"))
    assert (outcome.hit, outcome.reason) == (False, "first build")
    assert not cache.folder.exists()


def test_failed_stage_leaves_nothing(cache):
    task = Task("hub", "toy")
    with pytest.raises(RecipeError, match=r"the stage failed"):
        cache.perform(task, fail)
    assert list(cache.entries()) == []
    assert list((cache.folder / "unfinished").iterdir()) == []
    assert cache.perform(task, write()).reason == "first build"


def test_builds_of_one_thing_at_a_time_run_it_once(cache):
    started, runs = threading.Barrier(4), []

    def build() -> None:
        started.wait()
        cache.perform(Task("hub", "toy"), lambda out: runs.append(out) or write()(out))

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 1


def test_entries_and_clear(cache):
    cache.perform(Task("hub", "toy"), write("four"))
    cache.perform(Task("lower", "toy"), write())
    assert sorted(stage for _, stage, _ in cache.entries()) == ["hub", "lower"]
    assert all(size_bytes > 4 for _, _, size_bytes in cache.entries())
    assert cache.clear() == 2
    assert list(cache.entries()) == []
    assert cache.clear() == 0


def test_clear_leaves_alone_what_is_not_the_caches(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    cache = Cache(tmp_path)
    cache.perform(Task("hub", "toy"), write())
    assert cache.clear() == 1
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def damage_content(files: Path) -> str:
    (files / "result.txt").write_text("resulT")
    return "result.txt"


def damage_by_removal(files: Path) -> str:
    (files / "result.txt").unlink()
    return "result.txt"


def damage_by_addition(files: Path) -> str:
    (files / "more.txt").write_text("more")
    return "more.txt"


def damage_record(files: Path) -> str:
    (files.parent / "stage.json").write_text("{")
    return "stage.json"


@pytest.mark.parametrize(
    "damage", [damage_content, damage_by_removal, damage_by_addition, damage_record]
)
def test_check_names_the_damaged_file(cache, zoo, damage):
    whole = cache.perform(Task("hub", "whole"), write())
    broken = cache.perform(Task("hub", "toy", options={"size": 8}), write())
    assert whole.folder != broken.folder
    assert zoo("cache", "check", "--cache", cache.folder).exit_code == 0
    name = damage(broken.folder)
    assert list(cache.damaged()) == [(broken.folder.parent, name)]
    found = zoo("cache", "check", "--cache", cache.folder, "--json")
    assert found.exit_code == 1
    assert json.loads(found.output) == [{"result": broken.key[:12], "file": name}]
    assert "zoo cache clear" in zoo("cache", "check", "--cache", cache.folder).output


@pytest.mark.parametrize(
    "damage", [damage_content, damage_by_removal, damage_by_addition, damage_record]
)
def test_damaged_result_is_made_anew(cache, damage):
    task = Task("hub", "toy", options={"sizes": (8, 9)})
    name = damage(cache.perform(task, write()).folder)
    reason = f"damaged in the cache: {name}"
    assert (cache.preview(task).hit, cache.preview(task).reason) == (False, reason)
    again = cache.perform(task, write())
    assert (again.hit, again.reason) == (False, reason)
    assert cache.perform(task, must_not_run).hit
    assert list(cache.damaged()) == []


def use(*things: Thing):
    """Return a stage that uses things."""

    def run(out: Path) -> None:
        record(*things)
        write()(out)

    return run


def test_result_counts_while_what_it_used_is_the_same(cache, source):
    stage = use(Thing("file", str(source)))
    first = cache.perform(Task("hub", "toy"), stage)
    assert cache.perform(Task("hub", "toy"), must_not_run).used == {Thing("file", str(source))}
    source.write_text("two")
    reason = f"changed: file {source}"
    assert cache.preview(Task("hub", "toy")).reason == reason
    second = cache.perform(Task("hub", "toy"), stage)
    assert (second.hit, second.reason, second.key) == (False, reason, first.key)
    source.write_text("one")
    assert cache.perform(Task("hub", "toy"), must_not_run).folder == first.folder
    source.unlink()
    assert not cache.preview(Task("hub", "toy")).hit


def test_what_others_used_counts_for_a_task_that_tells_of_it(cache, source):
    file = Thing("file", str(source))
    told = cache.perform(Task("verify", "toy", before=frozenset({file})), use())
    assert told.used == {file}
    assert not cache.preview(Task("verify", "toy")).hit
    source.write_text("two")
    assert not cache.preview(Task("verify", "toy", before=frozenset({file}))).hit


def test_values_are_compared_as_json_has_them(cache):
    task = Task("hub", "toy", options={"sizes": (8, 9), "scheme": {"bits": 8, "shared": ("add",)}})
    cache.perform(task, write())
    changed = replace(task, options={**task.options, "scheme": {"bits": 4, "shared": ("add",)}})
    assert cache.preview(changed).reason == "changed: option scheme.bits"


def test_file_where_the_cache_should_be(tmp_path):
    (tmp_path / "cache").write_text("")
    with pytest.raises(
        CacheError,
        match=r"cache: cannot write the cache \((Not a directory|File exists)\); free disk space, "
        r"or choose another folder with --cache or the environment variable ZOO_CACHE",
    ):
        Cache(tmp_path / "cache").perform(Task("hub", "toy"), write())


def test_full_disk_in_a_stage_is_the_caches_error_and_leaves_nothing(cache):
    def fill(out: Path) -> None:
        (out / "half.txt").write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(CacheError, match=r"cannot write the cache \(No space left on device"):
        cache.perform(Task("hub", "toy"), fill)
    assert list(cache.entries()) == []
    assert list((cache.folder / "unfinished").iterdir()) == []


def test_other_system_errors_of_a_stage_pass(cache):
    def miss(out: Path) -> None:
        (out / "no-such-file").read_bytes()

    with pytest.raises(FileNotFoundError):
        cache.perform(Task("hub", "toy"), miss)


def test_full_disk_while_publishing(cache, monkeypatch):
    def full(path: Path, target: object) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device", str(path), None, str(target))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", full)
        with pytest.raises(CacheError, match=r"No space left"):
            cache.perform(Task("hub", "toy"), write())
    assert list(cache.entries()) == []
    assert not cache.perform(Task("hub", "toy"), write()).hit


@pytest.fixture
def result(cache):
    """The file of a stage's result."""
    return cache.perform(Task("package", "toy"), write("one")).folder / "result.txt"


def test_deliver_replaces_the_destination(cache, result, tmp_path):
    destination = tmp_path / "dist" / "bundle.tar.gz"
    destination.parent.mkdir()
    destination.write_text("of another build")
    cache.deliver(result, destination)
    assert destination.read_text() == "one"
    assert [path.name for path in destination.parent.iterdir()] == ["bundle.tar.gz"]


def test_only_what_the_stage_wrote_is_delivered(cache, result, tmp_path):
    destination = tmp_path / "dist" / "bundle.tar.gz"
    result.write_text("onE")
    with pytest.raises(CacheError, match=r"result.txt: changed while it was copied; build aga"):
        cache.deliver(result, destination)
    assert list(destination.parent.iterdir()) == []


def test_deliver_that_fails_leaves_what_was_there(cache, result, tmp_path, monkeypatch):
    destination = tmp_path / "dist" / "bundle.tar.gz"
    cache.deliver(result, destination)

    def full(source: Path, partial: Path) -> None:  # noqa: ARG001
        partial.write_text("ha")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    with pytest.raises(
        UsageError,
        match=r"bundle.tar.gz: cannot be written \(No space left on device\); choose another "
        "folder with --out",
    ):
        cache.deliver(result, destination)
    assert destination.read_text() == "one"
    assert [path.name for path in destination.parent.iterdir()] == ["bundle.tar.gz"]


def test_deliver_into_a_file_is_refused(cache, result, tmp_path):
    (tmp_path / "dist").write_text("")
    with pytest.raises(UsageError, match=r"choose another folder with --out"):
        cache.deliver(result, tmp_path / "dist" / "bundle.tar.gz")
