"""The program of a chain: it finds its regions itself."""

import numpy as np
import pytest
from chain_case import CHAIN, DETECTOR, RULE, detector_network, spots
from made_once import made_once
from running_threads import count_threads, two_processors
from spot_app import App, network, save, write_sources

from codegen.apps.pc import CPP_ONNXRUNTIME as APP
from codegen.cmake_build import cmake_build
from zoo import registry
from zoo.bench.film import Film
from zoo.data.processing import postprocess, preprocess, whole
from zoo.data.regions import landmark_box, regions_of

CHECKED = (
    "-DCMAKE_BUILD_TYPE=Debug",
    "-DCMAKE_CXX_FLAGS=-Werror -fsanitize=address,undefined -fno-sanitize-recover=all",
)


class ChainApp(App):
    """An app with a detector, which is beside its model."""

    def run(self, *words, environment=None):
        detector = self.model.with_name("spots.onnx")
        return super().run("--detector", detector, *words, environment=environment)


@pytest.fixture(scope="session")
def app(cpp_tools, tmp_path_factory):  # noqa: ARG001 (skips without them)
    def make(folder):
        cmake_build(write_sources(CHAIN, folder / "src"), folder / "build", CHECKED)
        network(folder / "model.onnx")
        detector_network(folder / "spots.onnx")

    folder = made_once(tmp_path_factory, "checked_chain_app", make)
    return ChainApp(folder / "build" / "app", folder / "model.onnx", APP.libraries()[0].file)


def look(app, contract, name, image, box):
    run = registry.load("executor", "onnxruntime").load(app.model.parent, name)
    frame = preprocess(contract, image, box)
    outputs = run({"image": frame.input_chw[None]})
    return postprocess(contract, {n: v[0] for n, v in outputs.items()}, frame)


@pytest.mark.parametrize("centres", [[(40, 60)], [(40, 30), (120, 90)], [(3, 3), (80, 60)]])
def test_regions_are_found_as_in_python(app, tmp_path, centres):
    image = spots(*centres)
    photo = save(tmp_path / "a.png", image)
    found = app.run("--source", photo).lines
    detected = look(app, DETECTOR, "spots.onnx", image, whole(image))
    regions = [region for _, region in regions_of(detected["boxes"], RULE)]
    assert len(found) == len(regions) == len(centres)
    for line, region, score in zip(found, regions, detected["scores"], strict=True):
        first = look(app, CHAIN.contract, "model.onnx", image, region)
        again = landmark_box(first["landmarks"])
        np.testing.assert_allclose(line["box"], again, rtol=1e-6)
        second = look(app, CHAIN.contract, "model.onnx", image, again)
        np.testing.assert_allclose(line["landmarks"], second["landmarks"], rtol=1e-6)
        assert line["detection_score"] == pytest.approx(score)


def test_nothing_found_is_no_line(app, tmp_path):
    black = save(tmp_path / "black.png", spots())
    finished = app.run("--source", black, "--json", "--overlay", tmp_path / "out")
    assert finished.status == 0, finished.error
    (line,) = finished.lines
    assert line["summary"]["faces"] == 0
    assert line["summary"]["frames"] == 1
    assert len(line["summary"]["detector_ms"]) == 3
    assert line["summary"]["parts_ms"]["network"] == 0
    assert not {"latency_ms", "inference_ms"} & line["summary"].keys()  # nothing was measured
    assert (tmp_path / "out" / "black.png").is_file()
    told = app.run("--source", black).error
    assert "1 frame, 0 faces in " in told
    assert "frames/s; detector: " in told
    assert "ms; of a photo: detector " in told


def test_the_summary_of_a_run(app, tmp_path):
    photo = save(tmp_path / "a.png", spots((40, 30), (120, 90)))
    detector = app.model.with_name("spots.onnx")
    summary = APP.summary(app.program, app.model, detector, ("--source", str(photo)))
    assert (summary["frames"], summary["faces"], summary["looks"]) == (1, 2, 4)
    (tmp_path / "frame").write_bytes(spots((40, 60)).tobytes())
    words = ("--source", "raw:160x120:/dev/stdin")
    film = Film.script(str(tmp_path / "frame"), 3)
    summary = APP.summary(app.program, app.model, detector, words, film)
    assert (summary["frames"], summary["faces"]) == (3, 3)


def test_looks_at_a_face_are_counted_as_times_are_of_all_of_them(app, tmp_path):
    photo = save(tmp_path / "a.png", spots((40, 60)))
    assert "; network alone, 2 looks: " in app.run("--source", photo).error
    given = app.run("--source", photo, "--box", "10,30,60,60", "--json").lines[-1]["summary"]
    assert (given["faces"], given["looks"]) == (1, 1)


def test_the_parts_of_a_photo_add_up_to_its_time(app, tmp_path):
    places = [[(40, 60)], [(42, 60)], [], [(120, 60)]]
    _, summary = follow(app, tmp_path, places)
    parts = summary["parts_ms"]
    assert list(parts) == ["detector", "tracking", "network", "rest"]
    assert min(parts.values()) > 0
    assert sum(parts.values()) == pytest.approx(1000 * summary["seconds"] / 4, rel=1e-6)
    least_ms = 2 * summary["detector_ms"]["min"]  # asked at first and after the loss
    assert parts["detector"] * 4 >= least_ms * (1 - 1e-6)


def test_a_given_box_precedes_the_detector(app, tmp_path):
    photo = save(tmp_path / "a.png", spots((40, 60)))
    words = ("--source", photo, "--box", "10,30,60,60", "--detector", tmp_path / "none.onnx")
    (line,) = app.run(*words).lines
    assert line["box"] == [10, 30, 60, 60]
    assert "detection_score" not in line


def test_the_detector_alone(app, tmp_path):
    photo = save(tmp_path / "a.png", spots((40, 30), (120, 90)))
    words = ("--source", photo, "--detector-only", "--model", tmp_path / "none.onnx")
    raw = tmp_path / "raw.jsonl"
    line, summary = app.run(*words, "--raw-outputs", raw, "--json").lines
    assert (summary["summary"]["frames"], summary["summary"]["faces"]) == (1, 2)
    assert "1 frame, 2 faces in " in (told := app.run(*words).error)
    assert "; a photo: " in told
    assert (line["box"], len(line["boxes"])) == ([0, 0, 160, 120], 2)
    assert "landmarks" not in line
    assert '"spots": [' in raw.read_text()


def follow(app, folder, places, *words):
    """Return the lines of each frame of a film of white spots."""
    raw = folder / "frames.rgb"
    raw.write_bytes(b"".join(spots(*centres).tobytes() for centres in places))
    finished = app.run("--source", f"raw:160x120:{raw}", "--track", "--json", *words)
    assert finished.status == 0, finished.error
    lines = [line for line in finished.lines if "frame" in line]
    found = [[line for line in lines if line["frame"] == frame] for frame in range(len(places))]
    return found, finished.lines[-1]["summary"]


def ids(found):
    return [[line["id"] for line in lines] for lines in found]


def test_a_face_that_leaves_and_enters_is_found_again(app, tmp_path):
    places = [[(40, 60)], [(42, 60)], [], [], [(120, 60)], [(118, 61)]]
    found, summary = follow(app, tmp_path, places)
    assert ids(found) == [[0], [0], [], [], [1], [1]]
    assert summary["frames"] == 6
    for lines, centres in zip(found, places, strict=True):
        for line, centre in zip(lines, centres, strict=True):
            np.testing.assert_allclose(np.mean(line["landmarks"], axis=0), centre, atol=6)


def test_objects_keep_their_ids(app, tmp_path):
    places = [[(30 + 2 * step, 28), (130 - 2 * step, 95)] for step in range(8)]
    found, _ = follow(app, tmp_path, places, "--detect-every", 5)
    where = [{line["id"]: np.mean(line["landmarks"], axis=0)[1] for line in f} for f in found]
    upper = min(where[0], key=where[0].get)
    for heights in where:
        assert heights.keys() == {0, 1}
        assert heights[upper] < 65 < heights[1 - upper]


def test_a_newcomer_is_seen_when_the_detector_is_asked_again(app, tmp_path):
    places = [[(40, 40)], *[[(40, 40), (120, 90)]] * 9]
    found, _ = follow(app, tmp_path, places, "--detect-every", 4)
    assert [len(lines) for lines in found] == [1, 1, 1, 1, 2, 2, 2, 2, 2, 2]
    assert ids(found)[-1] == [0, 1]


def test_black_frames_have_no_object_until_one_enters(app, tmp_path):
    found, summary = follow(app, tmp_path, [[], [], [], [(60, 60)], [(61, 60)], []])
    assert ids(found) == [[], [], [], [0], [0], []]
    # Asked in each black frame, for the one that entered, and for the one that was lost.
    assert summary["faces"] == 3


def test_twenty_faces_keep_their_ids(app, tmp_path):
    side = 464
    even = [(x, y) for x in (0, 2, 4, 6) for y in (0, 2, 4, 6)]
    cells = np.array([*even, *((2 * i + 1, 2 * i + 1) for i in range(4))])
    film = [(cells + 0.5) * side / 8 + [step, 0] for step in range(6)]
    raw = tmp_path / "crowd.rgb"
    raw.write_bytes(b"".join(spots(*f, height=side, width=side).tobytes() for f in film))
    detector = detector_network(tmp_path / "small.onnx", reach=0.6)
    crowd = App(app.program, app.model, app.runtime_library)
    words = ("--track", "--detect-every", "3", "--detector", detector)
    finished = crowd.run("--source", f"raw:{side}x{side}:{raw}", *words)
    assert finished.status == 0, finished.error
    nearest = {}
    for line in finished.lines:
        distances = np.linalg.norm(film[line["frame"]] - np.mean(line["landmarks"], axis=0), axis=1)
        nearest.setdefault(line["id"], []).append(int(distances.argmin()))
    assert sorted(nearest) == list(range(20))
    assert sorted(map(tuple, nearest.values())) == [(number,) * 6 for number in range(20)]


def test_wrong_words(app, tmp_path):
    finished = app.run("--source", tmp_path, "--detect-every", "0")
    assert (finished.status, "--detect-every '0'" in finished.error) == (2, True)
    finished = app.run("--source", tmp_path, "--detect-every", "5")
    assert (finished.status, "about what --track follows" in finished.error) == (2, True)
    finished = app.run("--source", tmp_path, "--detector-only", "--track")
    assert (finished.status, "--track and --detector-only" in finished.error) == (2, True)


def test_a_missing_detector_is_named(app, tmp_path):
    photo = save(tmp_path / "a.png", spots((40, 60)))
    finished = app.run("--source", photo, "--detector", tmp_path / "none.onnx")
    assert finished.status == 2
    assert "none.onnx: no such model; --detector FILE names it" in finished.error


@two_processors
@pytest.mark.parametrize("threads", [1, 2])
def test_both_networks_share_their_threads(app, threads):
    """There are the first thread, the reader of frames, and one pool."""
    command = [app.program, "--model", app.model, "--detector", app.model.with_name("spots.onnx")]
    command += ["--onnxruntime", app.runtime_library, "--threads", threads]
    command += ["--source", "raw:160x120:/dev/stdin"]
    assert count_threads(command, spots((40, 60)).tobytes()) == 1 + threads


@two_processors
def test_more_threads_find_the_same(app, tmp_path):
    photo = save(tmp_path / "a.png", spots((40, 30), (120, 90)))
    one, two = (app.run("--source", photo, "--threads", n).lines for n in (1, 2))
    assert [line["landmarks"] for line in one] == [line["landmarks"] for line in two]
