"""The script for MaixPy, run here on modules that take the place of MicroPython's."""

import json
import sys
import types
from dataclasses import replace

import numpy as np
import pytest

from codegen.maixpy import maixpy_script
from zoo import registry
from zoo.contract import Step
from zoo.data.processing import postprocess, preprocess
from zoo.plugs import AppRequest

MODELS = ["facedet_224.wider", "mobilenetv2face_a0.5x.wider", "pfld_0.25x.300w68"]


class End(Exception):  # noqa: N818 (of the script's endless loop)
    """The camera has no second picture."""


class Picture:
    """A picture that notes what is drawn into it."""

    def __init__(self):
        self.drawn = []

    def draw_rectangle(self, box, color):
        self.drawn.append((tuple(box), color))

    def draw_circle(self, x, y, radius, color):
        self.drawn.append((x, y, radius, color))


class Board:
    """MaixPy's modules, with a network that always gives the same outputs."""

    def __init__(self, outputs):
        self.outputs, self.picture, self.shown = outputs, Picture(), []
        self.address, self.window, self.shapes = None, None, {}
        self.pictures = iter([self.picture])

    def modules(self):
        sensor = {"RGB565": 1, "QVGA": 2, "set_windowing": self._set_windowing}
        sensor |= dict.fromkeys(("reset", "set_pixformat", "set_framesize", "run"), _nothing)
        sensor["snapshot"] = self._snapshot
        kpu = {"load": self._load, "set_outputs": self._set_outputs, "forward": _nothing}
        kpu["get_output"] = lambda _, index: tuple(self.outputs[index].ravel().tolist())
        return {
            "sensor": sensor,
            "KPU": kpu,
            "lcd": {"init": _nothing, "display": self.shown.append},
            "ujson": {"dumps": json.dumps},
            "utime": {"ticks_ms": lambda: 5, "ticks_diff": lambda a, b: a - b},
        }

    def _set_windowing(self, size):
        self.window = size

    def _snapshot(self):
        for picture in self.pictures:
            return picture
        raise End

    def _load(self, address):
        self.address = address
        return "network"

    def _set_outputs(self, network, index, width, height, channels):
        assert network == "network"
        self.shapes[index] = (channels, height, width)


def _nothing(*_):
    """Do nothing."""


def request_of(model):
    contract = registry.load("recipe", model).contract
    return AppRequest(model, registry.load("target", "k210"), contract, "network.kmodel")


def facts_of(contract):
    source = {"name": contract.input.name, "shape": list(contract.input.shape)}
    # In another order than the contract's.
    outputs = [{"name": o.name, "shape": list(o.shape)} for o in reversed(contract.outputs)]
    return {"inputs": [{**source, "scale": 0.0078125, "zero_point": 128}], "outputs": outputs}


def outputs_of(contract):
    """Return outputs by name of which a few are objects, float32."""
    random = np.random.default_rng(0)
    return {o.name: _numbers(random, o.shape) for o in contract.outputs}


def _numbers(random, shape):
    if len(shape) == 1:
        return random.normal(0, 0.05, shape).astype(np.float32)
    values = random.uniform(0.1, 3, shape)
    values[0] = random.normal(-4, 3, shape[1:])
    return values.astype(np.float32)


def run(script, board, monkeypatch):
    for name, members in board.modules().items():
        module = types.ModuleType(name)
        vars(module).update(members)
        monkeypatch.setitem(sys.modules, name, module)
    with pytest.raises(End):
        exec(compile(script, "main.py", "exec"), {"__name__": "__main__"})


@pytest.mark.parametrize("model", MODELS)
def test_it_finds_what_the_contract_says(model, monkeypatch, capsys):
    request = request_of(model)
    contract, facts = request.contract, facts_of(request.contract)
    outputs = outputs_of(contract)
    board = Board([outputs[fact["name"]] for fact in facts["outputs"]])
    run(maixpy_script(request, facts), board, monkeypatch)
    found = json.loads(capsys.readouterr().out)
    channels, height, width = contract.input.shape
    picture = np.zeros((height, width, channels), np.uint8)
    # The script sees the whole picture, without a crop's margin.
    whole = (Step("crop", {"scale": 1.0}), *(s for s in contract.pre if s.name != "crop"))
    plain = replace(contract, pre=whole)
    wanted = postprocess(plain, outputs, preprocess(plain, picture, (0, 0, width, height)))
    values = {"landmarks"} if "pfld" in model else {"boxes", "scores"}
    assert found.keys() == values | {"frame", "latency_ms"}
    for name in values:
        assert len(found[name]) > 1
        # The contract's edges are in 1/256 pixel.
        np.testing.assert_allclose(found[name], wanted[name], atol=0.005)
    assert found["frame"] == found["latency_ms"] == 0


def test_camera_network_and_screen_are_used_as_documented(monkeypatch):
    request = request_of("facedet_224.wider")
    facts = facts_of(request.contract)
    outputs = outputs_of(request.contract)
    board = Board([outputs[fact["name"]] for fact in facts["outputs"]])
    run(maixpy_script(request, facts), board, monkeypatch)
    assert board.address == 0x300000
    assert board.window == (224, 224)
    assert board.shapes == {0: (5, 7, 7), 1: (5, 14, 14), 2: (5, 28, 28)}
    assert board.shown == [board.picture]
    assert board.picture.drawn


@pytest.mark.parametrize(
    "change",
    [{"grid": "even"}, {"activation": "none", "threshold": 0.5}, {"offset": 0.0}],
    ids=lambda change: next(iter(change)),
)
def test_other_contracts_have_no_script(change):
    request = request_of("facedet_224.wider")
    boxes, nms = request.contract.post
    other = replace(boxes, parameters={**boxes.parameters, **change})
    contract = replace(request.contract, post=(other, nms))
    assert maixpy_script(replace(request, contract=contract), facts_of(contract)) is None


def test_pixels_that_are_not_the_networks_integers_have_no_script():
    request = request_of("facedet_224.wider")
    facts = facts_of(request.contract)
    facts["inputs"][0]["zero_point"] = 127
    assert maixpy_script(request, facts) is None
