"""A bundle for browsers, from a model's name to a page that is proven."""

import json

import pytest
from wasm_tools import missing_for_wasm

from codegen.apps.browser import BROWSER
from zoo.bundle.bundle import unpack
from zoo.errors import BoardError, RefusedError

MODEL = "pfld_0.25x.300w68"
STEP = "artifact -> app (JavaScript engine)"


@pytest.mark.parametrize("quant", ["none", "fp16"])
def test_float_networks_are_refused(zoo, quant):
    error = zoo("build", MODEL, "--target", "browser", "--quant", quant).exception
    assert isinstance(error, RefusedError)
    assert "the C code computes in integers; use ptq or qat" in str(error)


@pytest.fixture
def bundle(zoo, tmp_path):
    if missing_for_wasm():
        pytest.skip(missing_for_wasm())
    words = ("build", MODEL, "--target", "browser", "--quant", "qat", "--detector", "none")
    built = zoo(*words)
    assert built.exception is None
    assert f"note: {BROWSER.run_note}" in built.stderr
    return tmp_path / "dist" / f"{MODEL}.browser.qat.tar.gz"


@pytest.mark.toolchain
def test_a_page_that_is_proven(zoo, bundle, tmp_path, monkeypatch):
    unpacked = unpack(bundle, tmp_path / "unpacked")
    page = unpacked.folder / "app" / "index.html"
    assert page.read_bytes() == bundle.with_name(f"{MODEL}.browser.qat.html").read_bytes()
    assert unpacked.manifest.program == "app/index.html"
    certificate = json.loads((unpacked.folder / "certificate.json").read_text())
    (check,) = [check for check in certificate["checks"] if check["step"] == STEP]
    assert (check["unit"], check["largest"], check["bound"]) == ("lsb", 0, 0)
    assert BROWSER.run_note in certificate["remarks"]
    run = zoo("run", bundle, "--help").exception
    assert isinstance(run, BoardError)
    assert str(run).endswith("is a page; unpack the bundle and open app/index.html in a browser")
    bench = zoo("bench", bundle).exception
    assert isinstance(bench, BoardError)
    assert "the bundle's program is a page, app/index.html" in str(bench)
    monkeypatch.setenv("CHROMIUM", "no-chromium-here")
    verified = zoo("verify", bundle)
    assert verified.exception is None
    assert "note: the page's program was run in Node, the page in no browser" in verified.stderr
    assert STEP in verified.stdout
