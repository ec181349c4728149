"""Tracked objects over time: smoothing, states, events."""

import numpy as np
import pytest
from drawn_eyes import BOX, eye_network, face
from spot_app import WATCHED, App, save, spot

from zoo.data.one_euro import OneEuro, OneEuroParameters
from zoo.data.regions import landmark_box
from zoo.data.tracking import observe, start_track
from zoo.step import Moment

pytestmark = pytest.mark.toolchain
RATE_HZ = 10
ADDED = ("eye_openness", "perclos", "blinks_per_minute", "blink_s", "head_turn_deg")


@pytest.fixture(scope="module")
def eyes(app, tmp_path_factory):
    model = eye_network(tmp_path_factory.mktemp("eyes") / "eyes.onnx")
    return App(app.program, model, app.runtime_library)


def film(folder, photos):
    raw = folder / "film.rgb"
    raw.write_bytes(np.stack(photos).tobytes())
    return f"raw:160x120:{raw}"


def watch(app, source, *words):
    """Return the records of photos, the events, and what people are told."""
    told = ("--box", BOX, "--track", "--frame-rate", RATE_HZ, *words)
    finished = app.run("--source", source, *told)
    assert finished.status == 0, finished.error
    photos = [line for line in finished.lines if "frame" in line]
    return photos, [line for line in finished.lines if "event" in line], finished.error


def closing(seconds, *spans):
    """Return photos of a face whose eyes are shut in spans of seconds."""
    times = np.arange(seconds * RATE_HZ) / RATE_HZ
    return [face(0.6 if any(a <= t < b for a, b in spans) else 1) for t in times]


def test_drawn_eyes_that_close_are_events(eyes, tmp_path):
    source = film(tmp_path, closing(14, (7, 7.2), (9, 9.7), (11, 12.5)))
    photos, events, told = watch(eyes, source, "--events")
    assert [(e["event"], e["id"], e["begin_s"], e["end_s"]) for e in events] == [
        ("blink", 0, 7, 7.2),
        ("long_blink", 0, 9, 9.7),
        ("microsleep", 0, 11, 12.5),
        ("bright", 0, 0, 13.9),  # goes on until the film ends
    ]
    assert all(0.6 < event["confidence"] <= 1 for event in events)
    by_time = {photo["time_s"]: photo for photo in photos}
    assert by_time[7.1]["states"] == ["blink", "bright"]
    assert by_time[12.0]["states"] == ["microsleep", "bright"]
    assert by_time[13]["states"] == ["bright"]
    assert "microsleep of 0 from 11.00 s to 12.50 s, confidence 0." in told


def test_events_are_told_as_in_python(eyes, tmp_path):
    photos, _, _ = watch(eyes, film(tmp_path, closing(8, (6, 6.3))), "--events")
    observers = start_track(WATCHED.contract)
    for photo in photos:
        names = ("ear", "mar", "head_pose", "brightness")
        values = {name: np.array(photo[name], float) for name in names}
        expected = observe(observers, Moment(photo["time_s"], values))
        assert photo["states"] == [*expected.states]
        for name in ADDED:
            found = np.nan if photo[name] is None else photo[name]
            np.testing.assert_allclose(found, expected.values[name], rtol=1e-6, atol=1e-7)


def test_only_json_where_json_is_asked_for(eyes, tmp_path):
    source = film(tmp_path, closing(7, (6, 6.3)))
    _, events, told = watch(eyes, source, "--events", "--json")
    assert len(events) == 2
    assert told == ""


def test_a_new_object_begins_anew(app, tmp_path):
    # In the dark there are no landmarks: the object is lost, and its event with it.
    source = film(tmp_path, [spot(60, 60)] * 3 + [spot(2000, 2000)] + [spot(62, 60)] * 2)
    photos, events, _ = watch(app, source, "--box", "40,40,40,40", "--events")
    assert [photo["id"] for photo in photos] == [0, 0, 0, 0, 1, 1]
    assert [(e["event"], e["id"], e["begin_s"], e["end_s"]) for e in events] == [
        ("bright", 0, 0, 0.3),
        ("bright", 1, 0.4, 0.5),
    ]


def test_landmarks_are_smoothed_as_in_python(app, tmp_path):
    random = np.random.default_rng(0)
    photos = [spot(*random.normal(70, 2, 2)) for _ in range(12)]
    source = film(tmp_path, photos)
    raw, _, _ = watch(app, source, "--box", "40,40,60,60")
    smooth, events, _ = watch(
        app, source, "--box", "40,40,60,60", "--smooth-cutoff", "0.5", "--smooth-beta", "2"
    )
    assert events == []
    one_euro = OneEuro(OneEuroParameters(cutoff_hz=0.5, beta=2))
    for before, after in zip(raw, smooth, strict=True):
        landmarks = np.array(before["landmarks"])
        unit = max(*landmark_box(landmarks)[2:], 1)
        expected = one_euro.smooth(before["time_s"], unit, landmarks)
        np.testing.assert_allclose(after["landmarks"], expected, rtol=1e-7)
        # Tracking and all other values are of landmarks as they were found.
        assert (after["box"], after["ear"]) == (before["box"], before["ear"])
    moves = [np.ptp([p["landmarks"] for p in film], axis=0).max() for film in (raw, smooth)]
    assert moves[1] < moves[0] / 2
    # A beta of 0 is a low pass of one cutoff.
    plain, _, _ = watch(app, source, "--box", "40,40,60,60", "--smooth-beta", "0")
    moves.append(np.ptp([p["landmarks"] for p in plain], axis=0).max())
    assert 0 < moves[2] < moves[0]


def test_overlays_show_states(eyes, tmp_path):
    # Small pictures have no text: twice their size.
    large = [np.kron(photo, np.ones((3, 3, 1), np.uint8)) for photo in closing(1)]
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, photo in enumerate(large):
        save(folder / f"{number}.png", photo)
    pictures = []
    for words in ((), ("--events",)):
        out = tmp_path / f"out{len(words)}"
        box = ",".join(str(3 * int(number)) for number in BOX.split(","))
        watch(eyes, folder, "--box", box, "--overlay", out, *words)
        pictures.append((out / "5.png").read_bytes())
    assert pictures[0] != pictures[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--events"], "--events needs objects that are tracked: add --track"),
        (["--smooth"], "--smooth needs objects that are tracked: add --track"),
        (["--events", "--track"], "state their rate, as --frame-rate 30"),
        (["--track", "--smooth", "--frame-rate", "0"], "--frame-rate '0': expected a number from"),
        (
            ["--frame-rate", "1e-320"],
            "--frame-rate '1e-320': expected a number from 0.001 to 1000000",
        ),
        (["--track", "--smooth-beta", "fast"], "--smooth-beta 'fast': expected a number from 0"),
        (["--track", "--smooth-beta", "-1"], "--smooth-beta '-1': expected a number from 0"),
        (
            ["--track", "--events", "--frame-rate", "9", "--repeat", "2"],
            "--events and --repeat cannot be used together",
        ),
    ],
)
def test_wrong_words(app, tmp_path, words, message):
    finished = app.run("--source", tmp_path, *words)
    assert finished.status == 2
    assert message in finished.error
