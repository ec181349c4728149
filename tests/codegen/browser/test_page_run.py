"""The page's program computes what its artifacts do, in Chromium and in Node."""

import shutil

import numpy as np
import pytest
from c_chain import PHOTOS, look
from chain_case import RULE
from chain_page import BOX

from codegen.apps.browser import BROWSER
from codegen.chromium import CHROMIUM
from zoo.data.processing import whole
from zoo.data.regions import landmark_box, regions_of
from zoo.errors import ToolchainError, VerifyError
from zoo.recipe import GoldenInput
from zoo.tool import find_tool

pytestmark = pytest.mark.toolchain

NO_CHROMIUM = "no-chromium-here"


@pytest.fixture(params=["Chromium", "Node"])
def engine(request, monkeypatch):
    if request.param == "Node":
        monkeypatch.setenv("CHROMIUM", NO_CHROMIUM)
    elif not find_tool(CHROMIUM):
        pytest.skip("no Chromium; scripts/toolchains browser installs it")
    return request.param


def test_it_computes_what_the_network_does_in_a_box(built_page, engine):
    golden = [GoldenInput(photo.stem, photo, BOX) for photo in built_page.photos[:3]]
    runs = BROWSER.run(built_page.file, built_page.artifacts, golden)
    assert engine in BROWSER.run_note
    for run, photo in zip(runs, PHOTOS[:3], strict=True):
        outputs, values = look(built_page.artifacts, "network", photo, BOX)
        for name, wanted in outputs.items():
            np.testing.assert_array_equal(run.outputs[name], wanted, name)
        np.testing.assert_allclose(run.record["landmarks"], values["landmarks"], atol=1e-5)
        assert run.record["box"] == list(BOX)


def test_the_detector_finds_the_regions(built_page, engine):
    assert engine in BROWSER.run_note
    folder, files = built_page.artifacts, built_page.photos
    runs = BROWSER.run_chain(built_page.file, folder, folder, files)
    assert [len(run.regions) for run in runs] == [1, 2, 2, 0]
    for run, photo in zip(runs, PHOTOS, strict=True):
        outputs, values = look(folder, "detector", photo, whole(photo))
        np.testing.assert_array_equal(run.detector.outputs["spots"], outputs["spots"])
        regions = [region for _, region in regions_of(values["boxes"], RULE)]
        for found, region in zip(run.regions, regions, strict=True):
            _, first = look(folder, "network", photo, region)
            wanted, _ = look(folder, "network", photo, landmark_box(first["landmarks"]))
            for name, value in wanted.items():
                np.testing.assert_array_equal(found.outputs[name], value, name)


@pytest.mark.usefixtures("engine")
def test_what_the_program_refuses_is_told(built_page):
    golden = [GoldenInput("a", built_page.photos[0], (0.0, 0.0, 0.5, 40.0))]
    with pytest.raises(VerifyError, match=r"box 0, 0, 0\.5, 40: expected x, y, width, height"):
        BROWSER.run(built_page.file, built_page.artifacts, golden)


def test_a_damaged_page_is_told(built_page, engine, tmp_path):
    page = tmp_path / "index.html"
    damaged = built_page.file.read_bytes().replace(b'id="program">AGFzbQ', b'id="program">AAAAAA')
    page.write_bytes(damaged)
    with pytest.raises(VerifyError, match=engine):
        BROWSER.run(page, tmp_path, [GoldenInput("a", built_page.photos[0], BOX)])


def test_nothing_that_runs_pages(built_page, monkeypatch):
    monkeypatch.setenv("CHROMIUM", NO_CHROMIUM)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(ToolchainError, match="needs Chromium, or Node for its program"):
        BROWSER.run(built_page.file, built_page.artifacts, [])
