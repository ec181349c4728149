"""--serve's page in a browser: the picture and the results are there, and go on."""

import json

import pytest
from live_program import live_program

from codegen.chromium import CHROMIUM, opened
from zoo.tool import find_tool

TOKEN = "0123456789abcdef"
SHOWN = """(() => {
  const video = document.getElementById("video");
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.naturalWidth, video.naturalHeight];
  if (!canvas.width) return null;
  canvas.getContext("2d").drawImage(video, 0, 0);
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return [canvas.width, canvas.height, Math.max(...pixels.filter((_, i) => i % 4 != 3))];
})()"""
RESULT = 'document.getElementById("result")?.textContent'


@pytest.mark.toolchain
@pytest.mark.skipif(not find_tool(CHROMIUM), reason=f"no Chromium: {CHROMIUM.remedy}")
@pytest.mark.parametrize("has_token", [False, True])
def test_a_browser_shows_picture_and_results(app, tmp_path, has_token):
    (tmp_path / "token").write_text(TOKEN)
    words = ("--serve-token", tmp_path / "token") if has_token else ()
    with live_program(app, *words) as live:
        live.feed()
        first = live.record()
        query = f"?token={TOKEN}" if has_token else ""
        with opened() as tab:
            tab.open(f"http://127.0.0.1:{live.port}/{query}", RESULT)
            tab.wait(SHOWN)
            width, height, brightest = tab.evaluate(SHOWN)
            assert (width, height) == (160, 120)
            assert brightest > 200
            assert json.loads(tab.evaluate(RESULT)) == json.loads(first)
            live.feed(3)
            last = [live.record() for _ in range(3)][-1]
            tab.wait(f"{RESULT} == {json.dumps(last)}")
            assert tab.evaluate('document.getElementById("state").textContent') == "4 results"
            assert tab.problems == []
