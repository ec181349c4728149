"""The program in a bundle finds model and library by itself, and tests itself."""

import re
import shutil

import numpy as np
import pytest
from spot_app import save, spot

from codegen.apps.pc import CPP_ONNXRUNTIME as APP
from zoo.recipe import GoldenInput

pytestmark = pytest.mark.toolchain
BOX = (30.0, 20.0, 80.5, 80.25)


@pytest.fixture
def bundle(app, tmp_path):
    """A folder laid out as bundles are."""
    for name, source in {
        "app/app": app.program,
        "model/model.onnx": app.model,
        f"lib/{app.runtime_library.name}": app.runtime_library,
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).symlink_to(source) if "lib/" in name else shutil.copy(
            source, tmp_path / name
        )
    (tmp_path / "golden").mkdir()
    picture = save(tmp_path / "golden" / "spot.png", spot(66, 58))
    (run,) = APP.run(app.program, app.model, [GoldenInput("spot", picture, BOX)])
    lines = [f"picture spot {' '.join(map(repr, BOX))}"]
    lines += [
        f"output 1e-6 {values.size} {' '.join(f'{v:.9g}' for v in values.ravel())} {name}"
        for name, values in run.outputs.items()
    ]
    (tmp_path / "golden" / "selftest.txt").write_text("\n".join(lines) + "\n")
    return tmp_path


def bundled(app, bundle, *words, **environment):
    program = type(app)(bundle / "app" / "app", app.model, app.runtime_library)
    return program.run_bare(*words, environment=environment)


def test_model_and_library_are_found(app, bundle):
    finished = bundled(app, bundle, "--source", bundle / "golden" / "spot.png")
    assert finished.status == 0, finished.error
    assert len(finished.lines) == 1


def test_environment_names_another_library(app, bundle):
    picture = bundle / "golden" / "spot.png"
    finished = bundled(app, bundle, "--source", picture, ZOO_ONNXRUNTIME="/none.so")
    assert finished.status == 1
    assert "/none.so: cannot open shared object file" in finished.error


def test_without_any_library_all_places_are_named(app, bundle):
    shutil.rmtree(bundle / "lib")
    finished = bundled(app, bundle, "--source", bundle / "golden" / "spot.png")
    assert finished.status == 1
    assert "libonnxruntime.so: cannot open shared object file" in finished.error
    assert f"put it into {bundle}/app/../lib" in finished.error


def selftest(app, bundle):
    return bundled(app, bundle, "--selftest", bundle / "golden" / "selftest.txt")


def test_selftest_passes(app, bundle):
    finished = selftest(app, bundle)
    assert (finished.status, finished.error) == (0, "")


def edit(bundle, change):
    file = bundle / "golden" / "selftest.txt"
    file.write_text(change(file.read_text()))


def test_selftest_sees_another_picture(app, bundle):
    save(bundle / "golden" / "spot.png", spot(70, 58))
    assert selftest(app, bundle).status == 1


def test_selftest_sees_a_missing_number(app, bundle):
    edit(bundle, lambda text: re.sub(r"output 1e-6 136 \S+", "output 1e-6 135", text))
    assert selftest(app, bundle).status == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "selftest.txt: checks nothing"),
        ("picture spot 0 0 9\n", "selftest.txt: invalid line: picture spot 0 0 9"),
        ("output 0 1 1 landmarks\n", "txt: invalid line: output 0 1 1 landmarks"),
        ("picture spot 0 0 9 9\noutput 0 2 1 landmarks\n", "txt: invalid line: output 0 2"),
        ("picture spot 0 0 9 9\noutput 0 1 1\n", "txt: invalid line: output 0 1 1"),
        ("hello\n", "selftest.txt: invalid line: hello"),
        ("picture none 0 0 9 9\n", "none.png: no such picture"),
        ("picture spot 0 0 9 9\noutput 0 1 1 a b\n", "txt: the network has no output 'a b'"),
    ],
)
def test_selftest_that_cannot_be_read(app, bundle, text, message):
    (bundle / "golden" / "selftest.txt").write_text(text)
    finished = selftest(app, bundle)
    assert finished.status == 1
    assert message in finished.error


def test_tolerance_is_kept(app, bundle):
    def shift(text):
        head, number, name = text.rstrip().rsplit(" ", 2)
        return f"{head} {float(number) + 0.01:.9g} {name}\n"

    edit(bundle, shift)
    assert selftest(app, bundle).status == 1
    edit(bundle, lambda text: text.replace("output 1e-6 1 ", "output 0.011 1 "))
    assert selftest(app, bundle).status == 0


def test_picture_outputs_are_finite(app, bundle):
    picture = GoldenInput("spot", bundle / "golden" / "spot.png", BOX)
    (run,) = APP.run(app.program, app.model, [picture])
    assert all(np.isfinite(values).all() for values in run.outputs.values())
