"""Each fix of stb_image is needed by a hostile picture, and enough for all of them."""

import subprocess
from pathlib import Path

import pytest
from hostile_pictures import HOSTILE, OVERFLOWING
from made_once import made_once

from codegen import stb_fixes
from codegen.stb_fixes import STB_FIXES, mended
from codegen.vendored import vendored_sources
from zoo.errors import DataError, ToolchainError
from zoo.picture import read_picture

HEADER = Path("/usr/include/stb/stb_image.h")
READER = Path(__file__).with_name("stb_reader.cpp")
WRAPS = "-fwrapv"
READ = {"bits after the end of a scan are shifted by negative counts"}
"""Faults whose pictures are read, as Pillow reads them; the others are refused."""
FIXES = [fix for fix in STB_FIXES if fix.what in HOSTILE]


@pytest.fixture
def decode(cpp_tools, tmp_path_factory, tmp_path):  # noqa: ARG001
    """Return decode(content, header, ...) -> its output, or the sanitizer's message."""

    def run(content, header, name, flags=(WRAPS,)):
        def make(folder):
            (folder / "stb_image.h").write_text(header)
            sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
            words = ["g++", "-std=c++17", "-w", "-O1", *sanitizers, *flags, f"-I{folder}"]
            subprocess.run([*words, READER, "-o", folder / "reader"], check=True)

        folder = made_once(tmp_path_factory, name, make)
        (tmp_path / "picture").write_bytes(content)
        # Fresh memory holds ones, as memory that was used may.
        environment = {"ASAN_OPTIONS": "malloc_fill_byte=255:max_malloc_fill_size=100000"}
        command = [folder / "reader", tmp_path / "picture"]
        done = subprocess.run(command, capture_output=True, env=environment, check=False)
        return done.stdout.decode() if done.returncode == 0 else done.stderr.decode()

    return run


def all_fixes():
    return vendored_sources()["third_party/stb/stb_image.h"].decode()


@pytest.mark.toolchain
@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_picture_is_harmless(decode, what, tmp_path):
    (tmp_path / "photo").write_bytes(HOSTILE[what])
    found = decode(HOSTILE[what], all_fixes(), "stb_with_all_fixes")
    if what in READ:
        assert found == "8 8\n"
        assert read_picture(tmp_path / "photo").shape == (8, 8, 3)
    else:
        assert found == "no\n"
        with pytest.raises(DataError):
            read_picture(tmp_path / "photo")


@pytest.mark.toolchain
@pytest.mark.parametrize("fix", FIXES, ids=lambda fix: fix.what)
def test_each_fix_is_needed(decode, fix, monkeypatch):
    header = HEADER.read_text()
    if fix.done and fix.done in header:
        pytest.skip("this system's stb_image has this fix")
    others = tuple(other for other in STB_FIXES if other != fix)
    monkeypatch.setattr(stb_fixes, "STB_FIXES", others)
    name = f"stb_without_{STB_FIXES.index(fix)}"
    found = decode(HOSTILE[fix.what], mended(header, "here"), name)
    # A sanitizer ended it, or it read what must be refused.
    assert found != ("8 8\n" if fix.what in READ else "no\n")


@pytest.mark.toolchain
def test_integers_overflow_by_design(decode):
    """core/image_file.cpp is compiled so that they wrap; otherwise the result is undefined."""
    assert decode(OVERFLOWING, all_fixes(), "stb_with_all_fixes") == "8 8\n"
    undefined = decode(OVERFLOWING, all_fixes(), "stb_that_may_not_wrap", flags=())
    assert "signed integer overflow" in undefined


@pytest.mark.toolchain
@pytest.mark.parametrize("what", [*HOSTILE, "overflow"])
def test_the_program_survives_it(app, what, tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(HOSTILE.get(what, OVERFLOWING))
    finished = app.run("--source", path)
    assert (finished.status == 0) == (what in READ or what == "overflow"), finished.error
    assert "runtime error" not in finished.error
    if finished.status:
        assert "cannot be read as a picture (" in finished.error


def test_the_other_fixes_are_of_a_meaning():
    """tests/codegen/test_pictures.py compares it."""
    (other,) = {fix.what for fix in STB_FIXES} - HOSTILE.keys()
    assert other.startswith("the last column but one")


def test_a_header_is_mended_once_and_other_releases_are_refused():
    header = "".join(fix.before for fix in STB_FIXES)
    known = f"// {stb_fixes._NEEDED}\n{header}"
    changed = mended(known, "stb_image.h")
    assert all(fix.after in changed for fix in STB_FIXES)
    done = known + "".join(fix.done for fix in STB_FIXES)
    assert [fix.after in mended(done, "here") for fix in STB_FIXES] == [
        not fix.done for fix in STB_FIXES
    ]
    with pytest.raises(ToolchainError, match=r"here: this release of stb_image has faults that"):
        mended(header, "here")
    for wrong in (known + STB_FIXES[0].before, known.replace(STB_FIXES[1].before, "")):
        with pytest.raises(ToolchainError, match=r"here: this release of stb_image is unknown, "):
            mended(wrong, "here")
