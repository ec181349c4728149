"""What a user does with the page, in Chromium."""

import functools
import http.server
import json
import threading
from contextlib import contextmanager

import pytest
from chain_page import BOX, dropped, open_page

pytestmark = pytest.mark.toolchain

RECORDS = "JSON.parse(document.getElementById('records').textContent)"
ERROR = "document.getElementById('error').textContent"


def set_value(name: str, value: object) -> str:
    return f"document.getElementById('{name}').value = {json.dumps(value)}"


def click(name: str) -> str:
    return f"document.getElementById('{name}').click()"


def look_there(tab, box) -> None:
    for side, value in zip(("x", "y", "width", "height"), box, strict=True):
        tab.evaluate(set_value(side, value))
    tab.evaluate("document.getElementById('box').requestSubmit()")


def test_it_begins_with_the_first_example(tab):
    (record,) = tab.evaluate(RECORDS)
    assert len(record["landmarks"]) == 68
    assert tab.evaluate("document.getElementById('status').textContent").startswith("Found: 1 reg")
    rows = tab.evaluate("[...document.querySelectorAll('th')].map((head) => head.textContent)")
    assert {"landmarks", "head pose", "ear", "detector", "network"} <= set(rows)


def test_another_example_is_chosen(tab):
    tab.evaluate(f"{set_value('example', 'photo1')}")
    tab.evaluate("document.getElementById('example').dispatchEvent(new Event('change'))")
    tab.wait(f"{RECORDS}.length === 2")
    assert tab.evaluate("document.querySelectorAll('#results h2').length") == 2


def test_a_file_is_dropped(tab, built_page):
    tab.evaluate(dropped(built_page.photos[3]))
    tab.wait(f"{RECORDS}.length === 0")
    status = tab.evaluate("document.getElementById('status').textContent")
    assert status.startswith("Nothing was found")


def test_a_file_that_is_no_picture(tab, tmp_path):
    text = tmp_path / "a.txt"
    text.write_text("no picture")
    tab.evaluate(dropped(text))
    tab.wait(f"{ERROR}.startsWith('This file is no picture')")
    tab.evaluate(click("detect"))
    tab.wait(f"{ERROR} === '' && {RECORDS}.length === 1")


def test_a_box_is_entered_and_a_wrong_one_is_told(tab):
    look_there(tab, (20, 40, 0.5, 40))
    tab.wait(f"{ERROR}.includes('box 20, 40, 0.5, 40: expected x, y, width, height')")
    assert tab.evaluate("document.getElementById('status').textContent") == ""
    look_there(tab, (10, 10, 0, 5))
    tab.wait(f"{ERROR}.includes('box 10, 10, 0, 5: expected x, y, width, height')")
    look_there(tab, (1000, 1000, 50, 50))
    tab.wait(f"{ERROR}.includes('the box is outside this picture of 160 x')")
    look_there(tab, BOX)
    tab.wait(f"{ERROR} === '' && {RECORDS}[0].detection_score === undefined")
    assert tab.evaluate(RECORDS)[0]["box"] == list(BOX)


def test_a_box_is_drawn_while_its_button_is_pressed(tab):
    place = "document.getElementById('picture').getBoundingClientRect().toJSON()"
    found = tab.evaluate(place)
    scale = found["width"] / 160

    def draw():
        for kind, x, y in (
            ("mousePressed", 20, 40),
            ("mouseMoved", 30, 50),
            ("mouseReleased", 60, 80),
        ):
            x, y = found["x"] + x * scale, found["y"] + y * scale
            words = {"button": "left", "buttons": 1, "clickCount": 1}
            tab.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **words)

    before = tab.evaluate(RECORDS)
    draw()
    assert tab.evaluate(RECORDS) == before
    tab.evaluate(click("draw"))
    draw()
    tab.wait(f"{RECORDS}[0].detection_score === undefined")
    assert tab.evaluate(RECORDS)[0]["box"] == pytest.approx(BOX, abs=1)


def test_the_camera_is_watched_until_it_is_switched_off(tab):
    tab.evaluate(click("camera"))
    tab.wait("page.picture.width === 640")
    assert tab.evaluate("document.getElementById('camera').ariaPressed") == "true"
    tab.evaluate(click("camera"))
    assert tab.evaluate("document.getElementById('camera').ariaPressed") == "false"
    tab.evaluate(click("detect"))
    tab.wait(f"{ERROR} === ''")


def test_objects_are_followed_with_their_states(tab):
    answers = tab.evaluate("""(async () => {
      await page.program.begin(null);
      const answers = [];
      for (let i = 0; i < 4; ++i) answers.push(await page.program.follow(page.picture, i, i / 10));
      return answers;
    })()""")
    records = [answer["records"][0] for answer in answers]
    assert [record["id"] for record in records] == [0, 0, 0, 0]
    assert [record["time_s"] for record in records] == [0, 0.1, 0.2, 0.3]
    assert all(record["states"] == ["bright"] for record in records)
    assert answers[0]["detector_ms"] is not None
    assert answers[1]["detector_ms"] is None


def test_a_film_that_has_not_begun(tab):
    script = "page.program.follow(page.picture, 0, 0).catch((error) => error.message)"
    assert tab.evaluate(script) == "no film has begun"
    assert tab.evaluate("page.look(null).then((answer) => answer.records.length)") == 1


def test_everything_has_a_name_for_screen_readers(tab):
    tab.call("Accessibility.enable")
    nodes = tab.call("Accessibility.getFullAXTree")["nodes"]
    roles = ("button", "combobox", "spinbutton", "image", "form", "log")
    found = {role: [] for role in roles}
    for node in nodes:
        role = node.get("role", {}).get("value")
        if role in roles and not node["ignored"]:
            found[role].append(node.get("name", {}).get("value", ""))
    assert all(name for names in found.values() for name in names)
    assert len(found["spinbutton"]) == 4
    assert {"Camera", "Find regions", "Draw a box", "Look there"} <= set(found["button"])


@pytest.mark.parametrize("width", [320, 360, 1100])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen(tab, width, scheme):
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    tab.call("Emulation.setDeviceMetricsOverride", **metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    tab.call("Emulation.setEmulatedMedia", features=features)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 22, 26)"}[scheme]


@contextmanager
def served(folder):
    """Yield the address of a static server."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_static_server_is_asked_for_the_page_alone(tab, built_page):
    with served(built_page.file.parent) as address:
        page = f"{address}/{built_page.file.name}"
        open_page(tab, page)
        assert tab.evaluate(f"{RECORDS}.length") == 1
        assert [url for url in tab.requests if url.startswith("http")] == [page]
        tab.open("about:blank", "true")
