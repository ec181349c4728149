"""The page in Firefox: the records of Node for each example, and the camera."""

import json

import pytest
from chain_page import BOX
from firefox import FIREFOX, opened_firefox

from codegen.apps.browser import BROWSER
from zoo.recipe import GoldenInput

pytestmark = [
    pytest.mark.toolchain,
    pytest.mark.skipif(not FIREFOX, reason="no Firefox; apt install firefox-esr"),
]

RECORDS = "JSON.parse(document.getElementById('records').textContent)"
LOOK = """
  const fields = Object.entries(%s);
  for (const [name, value] of fields) document.getElementById(name).value = value;
  document.getElementById("box").requestSubmit();
"""


def test_it_computes_the_same_and_shows_the_camera(built_page, tmp_path, monkeypatch):
    monkeypatch.setenv("CHROMIUM", "no-chromium-here")
    golden = [GoldenInput("photo0", built_page.photos[0], BOX)]
    (wanted,) = BROWSER.run(built_page.file, built_page.artifacts, golden)
    with opened_firefox(tmp_path) as firefox:
        firefox.call("WebDriver:Navigate", url=built_page.file.as_uri())
        firefox.wait("document.body.dataset.state === 'ready'")
        box = dict(zip(("x", "y", "width", "height"), BOX, strict=True))
        firefox.evaluate(LOOK % json.dumps(box))
        firefox.wait(f"{RECORDS}[0].detection_score === undefined")
        (record,) = firefox.evaluate(f"return {RECORDS}")
        for name in ("landmarks", "brightness", "ear", "mar", "head_pose", "box"):
            assert record[name] == wanted.record[name]
        firefox.evaluate("document.getElementById('camera').click()")
        firefox.wait("document.getElementById('picture').width === 640")
        assert firefox.evaluate("return document.getElementById('error').textContent") == ""
