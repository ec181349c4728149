"""Bundles for another processor, timed by an emulator."""

import json
from types import SimpleNamespace

import pytest
from tiny_bundle import SUMMARY, write_bundle

from zoo.bench import emulated
from zoo.bench.emulated import is_for_another_processor, measure_emulated
from zoo.bundle.bundle import unpack
from zoo.errors import UsageError

PROCESSORS = {183: ("aarch64",), 62: ("x86_64",)}


def elf(machine):
    return b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little") + bytes(44)


@pytest.fixture
def asked(monkeypatch):
    """What the app is asked for."""
    words = []

    def summary(program, artifact, detector, given, film=""):
        words.append((program.name, artifact.name, detector and detector.name, given, film))
        return json.loads(SUMMARY)["summary"]

    app = SimpleNamespace(stand_in="emulated cortex-a1", summary=summary)
    monkeypatch.setattr(emulated.registry, "load", lambda kind, name: app)  # noqa: ARG005
    return words


@pytest.mark.parametrize("machine", [62, 183])
def test_whose_program_it_is(tmp_path, machine, monkeypatch):
    bundle = unpack(write_bundle(tmp_path, elf(machine)), tmp_path / "here")
    for name in ("x86_64", "aarch64"):
        monkeypatch.setattr(emulated.platform, "machine", lambda name=name: name)
        assert is_for_another_processor(bundle) == (PROCESSORS[machine] != (name,))
    (tmp_path / "other").mkdir()
    script = unpack(write_bundle(tmp_path / "other"), tmp_path / "script")
    assert not is_for_another_processor(script)


def test_names_say_what_stands_for_the_board(tmp_path, asked):
    bundle = unpack(write_bundle(tmp_path, detector="finder"), tmp_path / "here")
    latencies, (chain,) = measure_emulated(bundle, 1, 30)  # without landmarks to follow
    assert [latency.name for latency in latencies] == [
        "toy ptq board, emulated cortex-a1",
        "finder ptq board, emulated cortex-a1",
    ]
    assert chain.name == "toy.board.ptq, emulated cortex-a1"
    assert (chain.follows, chain.photo_ms, chain.network_ms) == (False, 5.5, 1.25)
    photo = f"{bundle.folder}/golden/photo.png"
    networks, film = [given for _, _, _, given, _ in asked[:2]], asked[2]
    assert networks[0] == ("--source", photo, "--box", "1.0,2.0,30.0,40.5", "--repeat", "30")
    assert networks[1] == ("--source", photo, "--detector-only", "--repeat", "30")
    assert film[:4] == ("app", "m", "m", ("--source", "raw:8x6:/dev/stdin"))
    assert "-lt 30 " in film[4]


def test_one_network_and_one_thread(tmp_path, asked):
    bundle = unpack(write_bundle(tmp_path), tmp_path / "here")
    ((latency,), chains) = measure_emulated(bundle, 1, 30)
    assert (latency.median_ms, chains) == (2.0, ())
    assert asked[0][2] is None
    with pytest.raises(UsageError, match="--threads 2: an emulated program is timed on one thread"):
        measure_emulated(bundle, 2, 30)
