"""--serve: what browsers get, and what hostile ones do not."""

import io
import json
import signal
import socket

import numpy as np
import pytest
from live_program import live_program
from PIL import Image
from spot_app import spot

pytestmark = pytest.mark.toolchain
TOKEN = "0123456789abcdef-_XYZ"
STREAMS_MAX = 8


@pytest.fixture
def live(app):
    with live_program(app) as program:
        yield program


def test_the_page_and_its_script(live):
    page = live.get("/")
    assert (page.status, page.headers["content-type"]) == (200, "text/html")
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    body = page.body()
    assert len(body) == int(page.headers["content-length"])
    assert b'<script src="live.js">' in body
    script = live.get("/live.js")
    assert script.headers["content-type"] == "text/javascript"
    assert b"EventSource" in script.body()


def test_pictures_with_what_was_found_arrive_as_they_are_looked_at(live):
    live.feed()
    first = live.get("/video")
    assert first.headers["content-type"] == "multipart/x-mixed-replace; boundary=photo"
    for _ in range(3):
        with Image.open(io.BytesIO(first.picture())) as image:
            difference = np.asarray(image).astype(int) - spot(50, 60)
        assert (np.abs(difference).max(axis=2) > 60).any()  # a box was drawn
        assert np.median(np.abs(difference)) < 10
        live.feed()
    # Who comes later sees the last one at once.
    assert live.get("/video").picture().startswith(b"\xff\xd8")


def test_records_arrive_once_and_in_order(live):
    live.feed()
    record = live.record()
    stream = live.get("/events")
    assert stream.headers["content-type"] == "text/event-stream"
    assert stream.event() == record
    live.feed(5)
    for frame in range(1, 6):
        record = live.record()
        assert json.loads(record)["frame"] == frame
        assert stream.event() == record


def test_the_last_picture_stays_until_a_signal(live):
    live.feed()
    live.process.stdin.close()
    stream = live.get("/video")
    assert stream.picture().startswith(b"\xff\xd8")
    live.process.send_signal(signal.SIGTERM)
    assert live.process.wait() == 0
    assert b"1 frame, 1 face in" in live.process.stderr.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_while_clients_look(live, number):
    streams = [live.get("/video"), live.get("/events"), live.connect(b"GET")]
    live.process.send_signal(number)
    assert live.process.wait() == 0
    assert streams[1].body() == b""


def test_who_does_not_read_delays_nobody(app):
    with live_program(app, "--repeat", "1") as live:
        idle = [
            live.connect(f"GET /{kind} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            for kind in ("video", "events")
        ]
        watching = live.get("/events")
        for _ in range(30):
            live.feed(10)
            for _ in range(10):
                assert watching.event() == live.record()
        assert len(idle) == 2


def test_there_are_at_most_eight_clients(live):
    streams = [live.get("/events") for _ in range(STREAMS_MAX)]
    refused = live.get("/")
    assert (refused.status, refused.body()) == (503, b"8 are looking already\n")
    for _ in range(50):
        assert live.connect().recv(4) in (b"HTTP", b"")  # none for those beyond all measure
    live.feed()
    assert {stream.event() for stream in streams} == {live.record()}


@pytest.mark.parametrize("count", [STREAMS_MAX, 40])
def test_who_asks_for_nothing_takes_no_place(live, count):
    idle = [live.connect() for _ in range(count)]
    streams = [live.get("/events") for _ in range(STREAMS_MAX)]
    assert [stream.status for stream in streams] == [200] * STREAMS_MAX
    assert live.get("/").status == 503
    assert len(idle) == count


def test_a_place_is_free_again(live):
    streams = [live.get("/events") for _ in range(STREAMS_MAX)]
    streams.pop().close()
    while live.get("/").status == 503:  # until it has seen that one go
        pass
    assert len(streams) == STREAMS_MAX - 1


def test_a_slow_request_is_ended(live):
    slow = live.connect(b"GET / HTTP/1.1\r\nHost: local")
    assert slow.recv(1) == b""


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/../../etc/passwd", "/video/", "//", "/live.js/..", "/%2e%2e/", "/VIDEO"],
)
def test_no_path_is_served(live, path):
    found = live.get(path)
    assert (found.status, found.body()) == (404, b"there are /, /video and /events\n")


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"GET / HTTP/1.1\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\nHost: example.org\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\nHost: 127.example.org\r\n\r\n", 403),
        (b"GET / HTTP/1.1\r\nHost: LOCALHOST:80\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 200),
        (b"\r\n\r\n", 400),
        (b"\0\xff\r\n\r\n", 400),
        (b"GET\r\n\r\n", 400),
        (b"GET  HTTP/1.1\r\n\r\n", 400),
        (b"GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: local\0host\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000, 431),
        (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 2000, 431),
    ],
)
def test_hostile_requests(live, content, status):
    assert live.ask(live.connect(content)).status == status
    live.feed()
    assert live.get("/events").event() == live.record()


def test_a_client_that_sends_on_is_not_listened_to(live):
    connection = live.connect(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = live.ask(connection)
    connection.sendall(b"GET / HTTP/1.1\r\n" * 2000)
    live.feed()
    assert answer.event() == live.record()


def test_other_machines_need_a_token(app, tmp_path):
    (tmp_path / "token").write_text(TOKEN + "\n")
    words = ("--serve", "0.0.0.0:0", "--serve-token", tmp_path / "token")
    with live_program(app, *words) as live:
        for wrong in ("", "?token=", f"?token={TOKEN[:-1]}", f"?token={TOKEN}x", f"?x={TOKEN}"):
            for path in ("/", "/video", "/events", "/nothing"):
                assert live.get(path + wrong).status == 403
        assert live.get("/live.js").status == 200
        for path in ("/", "/video", "/events"):
            assert live.get(f"{path}?a=b&token={TOKEN}", "Host: board").status == 200
            assert live.get(path, f"Authorization: Bearer {TOKEN}").status == 200
            assert live.get(path, f"Authorization: Basic {TOKEN}").status == 403
        live.process.send_signal(signal.SIGTERM)
        assert TOKEN not in live.process.stderr.read().decode()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--serve", "80x"], "--serve '80x': expected a port, or an address of this machine and"),
        (["--serve", "65536"], "--serve '65536': expected a port"),
        (["--serve", "example.org:80"], "--serve 'example.org:80': expected a port"),
        (["--serve", "1.2.3.4:"], "--serve '1.2.3.4:': expected a port"),
        (
            ["--serve", "0.0.0.0:0"],
            "--serve: other machines reach 0.0.0.0, so the URL needs a token",
        ),
        (["--serve", "[::]:0"], "--serve: other machines reach ::, so the URL needs a token"),
        (["--serve-token", "x"], "--serve-token is about --serve; give both"),
        (["--serve", "0", "--serve-token", "none"], "none: cannot be read"),
        (["--serve", "0", "--serve-token", "/dev/null"], "its first line must have at least 16 le"),
    ],
)
def test_wrong_words(app, words, message):
    finished = app.run("--source", "raw:160x120:/dev/null", *words)
    assert finished.status == 2
    assert message in finished.error


def test_a_port_that_is_taken(app):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        finished = app.run("--source", "raw:160x120:/dev/null", "--serve", port)
    assert finished.status == 1
    assert f"--serve: cannot listen at 127.0.0.1, port {port}; choose another" in finished.error
