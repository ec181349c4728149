"""--serve's page in a browser: the picture and the results are there, and go on."""

import json

import pytest
from chromium import open_page
from live_program import live_program

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
RESULT = 'document.getElementById("result").textContent'


@pytest.mark.toolchain
@pytest.mark.parametrize("has_token", [False, True])
def test_a_browser_shows_picture_and_results(app, tmp_path, has_token):
    (tmp_path / "token").write_text(TOKEN)
    words = ("--serve-token", tmp_path / "token") if has_token else ()
    with live_program(app, *words) as live:
        live.feed()
        first = live.record()
        query = f"?token={TOKEN}" if has_token else ""
        url = f"http://127.0.0.1:{live.port}/{query}"
        with open_page(tmp_path / "profile", url) as page:
            width, height, brightest = page.wait(SHOWN)
            assert (width, height) == (160, 120)
            assert brightest > 200
            assert json.loads(page.wait(RESULT)) == json.loads(first)
            live.feed(3)
            last = [live.record() for _ in range(3)][-1]
            assert page.wait(f"{RESULT} == {json.dumps(last)}")
            assert page.value('document.getElementById("state").textContent') == "4 results"
