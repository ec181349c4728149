"""Signs of drowsiness in scripted films of drawn faces, in Python and in C++."""

from dataclasses import replace

import numpy as np
import pytest
from cpp_track import cpp_track
from drawn_faces import Pose, closing, film, watched, with_ratios
from painted_eyes import recorded

from zoo import registry

CONTRACTS = {
    name: registry.load("recipe", name).contract
    for name in ("pfld_0.25x.300w68", "pfld_0.25x.wflw98")
}
PORTRAIT = "pfld_0.25x.300w68"
PAINTED = ((7, 7.3), (9, 11))
AWAKE = Pose(eye=0.3)
SHUT = 0.18  # what published networks say of closed eyes


def found(contract, pose_at, seconds, rate_hz=20):
    """Return (name, begin, end) of all events, and the last moment."""
    moments, last = watched(contract, film(contract, pose_at, seconds, rate_hz))
    events = [*(event for moment in moments for event in moment.events), *last]
    return [(event.name, event.begin_s, event.end_s) for event in events], moments[-1]


def assert_equal(found, expected):
    """Both: moments of an object, and the events that end with it."""
    assert found[1] == expected[1]
    for one, other in zip(found[0], expected[0], strict=True):
        assert (one.states, one.events) == (other.states, other.events)
        for value, numbers in other.values.items():
            np.testing.assert_array_equal(one.values[value], numbers, err_msg=value)


def story(time_s):
    """Return a pose: a blink, a long blink, a microsleep, a yawn, a nod and a glance aside."""
    pose = closing(AWAKE, (10, 10.2), (20, 20.7), (30, 32), eye=SHUT)(time_s)
    if 40 <= time_s < 43:
        pose = replace(pose, mouth=0.7)
    if 50 <= time_s < 51:
        pose = replace(pose, pitch=-25)
    if 55 <= time_s < 58:
        pose = replace(pose, yaw=40)
    return pose


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_sign_is_found_at_its_time(name):
    events, last = found(CONTRACTS[name], story, 62)
    assert events == [
        ("blink", 10, 10.2),
        ("long_blink", 20, 20.7),
        ("microsleep", 30, 32),
        ("yawn", 40, 43),
        ("nod", 50, 51),
        ("looking_away", 55, 58),
    ]
    # Closed for 2.9 of the last 60 seconds, less 3.05 before they were known, and 3 of the glance.
    assert last.values["perclos"] == pytest.approx(2.9 / 53.95)
    assert last.values["blinks_per_minute"] == 1
    assert last.values["blink_s"] == pytest.approx(0.2)


def test_an_awake_face_shows_no_sign():
    def restless(time_s):
        wave = np.sin(2 * np.pi * time_s / 3)
        talking = 0.2 + 0.15 * np.sin(2 * np.pi * 4 * time_s)
        return Pose(eye=0.3 + 0.02 * wave, mouth=talking, yaw=15 * wave, pitch=5 * wave)

    events, _ = found(CONTRACTS["pfld_0.25x.300w68"], restless, 65, rate_hz=10)
    assert events == []


@pytest.mark.parametrize("eye", [0.2, 0.3, 0.4])
def test_each_person_has_a_baseline_of_its_own(eye):
    pose_at = closing(Pose(eye=eye), (10, 12), eye=0.6 * eye)
    events, _ = found(CONTRACTS["pfld_0.25x.300w68"], pose_at, 15)
    assert events == [("microsleep", 10, 12)]


def test_eyes_that_close_too_often_are_drowsy():
    spans = [(10 + 6 * i, 11 + 6 * i) for i in range(20)]  # 1 of 6 seconds
    contract = CONTRACTS["pfld_0.25x.300w68"]
    events, last = found(contract, closing(AWAKE, *spans, eye=SHUT), 125, rate_hz=10)
    assert last.values["perclos"] == pytest.approx(1 / 6, abs=0.01)
    assert "drowsy" in last.states
    drowsy = [event for event in events if event[0] == "drowsy"]
    assert len(drowsy) == 1
    assert 60 <= drowsy[0][1] < 70
    assert drowsy[0][2] == pytest.approx(124.9)


def test_a_head_that_stays_down_looks_down():
    def reading(time_s):
        return replace(AWAKE, pitch=-25 if 20 <= time_s < 24 else 0)

    events, _ = found(CONTRACTS["pfld_0.25x.wflw98"], reading, 30)
    assert events == [("looking_down", 20, 24)]


def test_eyes_of_a_turned_head_say_nothing():
    def beside(time_s):
        return Pose(eye=SHUT, yaw=40) if 10 <= time_s < 13 else AWAKE

    events, last = found(CONTRACTS["pfld_0.25x.300w68"], beside, 15)
    assert events == [("looking_away", 10, 13)]
    assert last.values["eye_openness"] == pytest.approx(1)


def test_where_a_camera_is_does_not_matter():
    def seen_from_the_side(time_s):
        return replace(AWAKE, yaw=-20 if time_s < 20 else 25, pitch=-20)

    events, _ = found(CONTRACTS["pfld_0.25x.300w68"], seen_from_the_side, 25)
    assert events == [("looking_away", 20, 24.95)]


@pytest.fixture(scope="module")
def portrait():
    """What pfld says of a portrait whose eyelids are painted shut: a blink and a microsleep."""
    recipe = registry.load("recipe", PORTRAIT)
    return list(with_ratios(recipe.contract, recorded(recipe, PAINTED, 14, 10)))


def test_painted_eyelids_are_seen_by_the_published_network(portrait):
    moments, last = watched(CONTRACTS[PORTRAIT], iter(portrait))
    events = [event for moment in moments for event in moment.events]
    assert [(event.name, event.begin_s, event.end_s) for event in events] == [
        ("blink", *PAINTED[0]),
        ("microsleep", *PAINTED[1]),
    ]
    assert last == ()
    assert events[1].confidence > 0.8


@pytest.mark.toolchain
def test_cpp_equals_python_on_what_a_network_saw(cpp, portrait):
    expected, expected_last = watched(CONTRACTS[PORTRAIT], iter(portrait))
    assert_equal(cpp.run(PORTRAIT, portrait), (expected, expected_last))


@pytest.fixture(scope="module")
def cpp(tmp_path_factory):
    cases = {name: contract.track for name, contract in CONTRACTS.items()}
    return cpp_track(tmp_path_factory, "drowsiness", cases)


@pytest.mark.toolchain
@pytest.mark.parametrize("name", CONTRACTS)
def test_cpp_equals_python(cpp, name):
    contract = CONTRACTS[name]
    random = np.random.default_rng(0)

    def restless(time_s):
        noise = random.normal(0, 0.05, 2)
        pose = story(time_s % 62)
        lost = np.nan if 44 <= time_s < 44.5 else 1.0
        return replace(pose, eye=lost * pose.eye * (1 + noise[0]), yaw=pose.yaw + 9 * noise[1])

    series = [replace(m, time_s=m.time_s * 1.0001) for m in film(contract, restless, 130, 8)]
    expected, expected_last = watched(contract, iter(series))
    assert_equal(cpp.run(name, series), (expected, expected_last))
    assert {event.name for moment in expected for event in moment.events} > {"blink", "microsleep"}
