"""Results that cannot be written are errors, and files appear whole or not at all."""

import resource
import subprocess

import pytest
from spot_app import save, spot

pytestmark = pytest.mark.toolchain
LIMIT_BYTES = 4096


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    return save(tmp_path_factory.mktemp("photo") / "photo.png", spot(200, 150, 300, 400))


def start(app, *words, shell='exec "$@"', **keywords):
    """Run the app by a shell."""
    given = ["--model", app.model, "--onnxruntime", app.runtime_library, *words]
    return subprocess.run(
        ["sh", "-c", shell, "sh", app.program, *given],
        capture_output=True,
        encoding="utf-8",
        check=False,
        **keywords,
    )


@pytest.mark.parametrize("words", [["--source", "PHOTO"], ["--help"], ["--selftest", "GOLDEN"]])
@pytest.mark.parametrize(
    ("shell", "reason"),
    [('"$@" >/dev/full', "No space left on device"), ('"$@" >&-', "Bad file descriptor")],
)
def test_standard_output_that_takes_nothing(app, photo, tmp_path, words, shell, reason):
    golden = tmp_path / "selftest.txt"
    (tmp_path / "photo.png").symlink_to(photo)
    golden.write_text("picture photo 0 0 400 300\noutput 1 1 0.5 brightness\n")
    given = [{"PHOTO": photo, "GOLDEN": golden}.get(word, word) for word in words]
    finished = start(app, *given, shell=shell)
    assert finished.returncode == 1
    message = f"error: standard output: results cannot be written ({reason})\n"
    assert finished.stderr.endswith(message)


def test_no_file_takes_the_place_of_a_closed_descriptor(app, photo, tmp_path):
    raw = tmp_path / "raw.jsonl"
    finished = start(app, "--source", photo, "--raw-outputs", raw, shell='"$@" 0<&- 2>&-')
    assert finished.returncode == 0
    assert raw.read_text().count("\n") == finished.stdout.count("\n") == 1


def limit_files():
    """Let files grow to a limit only, as on a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, LIMIT_BYTES))


def test_overlay_on_a_full_disk(app, photo, tmp_path):
    (tmp_path / "out").mkdir()
    finished = start(app, "--source", photo, "--overlay", tmp_path / "out", preexec_fn=limit_files)
    assert finished.returncode == 1
    message = f"error: {tmp_path}/out/photo.png: cannot be written (File too large)\n"
    assert finished.stderr == message
    assert list((tmp_path / "out").iterdir()) == []


def test_overlay_of_before_stays_if_the_next_fails(app, photo, tmp_path):
    assert start(app, "--source", photo, "--overlay", tmp_path / "out").returncode == 0
    before = (tmp_path / "out" / "photo.png").read_bytes()
    words = ("--source", photo, "--overlay", tmp_path / "out")
    assert start(app, *words, preexec_fn=limit_files).returncode == 1
    assert (tmp_path / "out" / "photo.png").read_bytes() == before


@pytest.mark.parametrize("source", [".", "photo.png", "raw:400x300:frames.rgb"])
def test_overlays_are_not_written_among_the_photos(app, tmp_path, source):
    photo = save(tmp_path / "photo.png", spot(200, 150, 300, 400))
    (tmp_path / "frames.rgb").write_bytes(bytes(400 * 300 * 3))
    before = photo.read_bytes()
    (tmp_path / "link").symlink_to(".")
    finished = start(app, "--source", source, "--overlay", tmp_path / "link", cwd=tmp_path)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.startswith(f"error: --overlay {tmp_path}/link: ")
    assert "which an overlay could replace; name another directory\n" in finished.stderr
    assert photo.read_bytes() == before


def test_an_overlay_does_not_replace_what_a_link_in_the_source_means(app, tmp_path):
    for name in ("links", "photos"):
        (tmp_path / name).mkdir()
    photo = save(tmp_path / "photos" / "photo.png", spot(200, 150, 300, 400))
    (tmp_path / "links" / "photo.png").symlink_to(photo)
    before = photo.read_bytes()
    finished = start(app, "--source", tmp_path / "links", "--overlay", tmp_path / "photos")
    assert finished.returncode == 2
    assert photo.read_bytes() == before
