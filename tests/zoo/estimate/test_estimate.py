"""Work, memory and time of networks on boards."""

from dataclasses import replace

import pytest
from networks import residual_network
from quantization import quantized

from compilers.hub.write import write
from compilers.schemes import W8A8_ASYM, W8A16_ASYM
from zoo import registry
from zoo.build.targets import find_target
from zoo.build.wish import Wish
from zoo.errors import RefusedError, UnsupportedOpError, UsageError
from zoo.estimate.deployed import find_deployed
from zoo.estimate.estimate import estimate
from zoo.macs import count_macs
from zoo.scheme import Override

MODEL = "pfld_0.25x.300w68"
NETWORK = residual_network()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "network.onnx"
    path.write_bytes(write(NETWORK))
    return str(path)


def found(model, target, quant="", **options):
    return estimate(find_deployed(Wish(model, target, quant=quant, **options)))


def test_a_file_needs_no_contract_and_has_the_types_of_its_scheme(file):
    whole, bytes_8 = found(file, "x86", "none"), found(file, "x86", "ptq")
    assert whole.macs == bytes_8.macs == count_macs(NETWORK)
    assert whole.network.name == "network none x86"
    activations = [t for t in bytes_8.network.graph.tensors.values() if not t.is_constant]
    assert {t.dtype for t in activations} == {"uint8"}
    assert {t.dtype for t in NETWORK.tensors.values()} == {"float32"}
    assert whole.memory.arena_bytes == 4 * bytes_8.memory.arena_bytes
    biases = sum(t.data.size for t in NETWORK.tensors.values() if t.is_constant and t.data.ndim < 2)
    weights = sum(t.data.size for t in NETWORK.tensors.values() if t.is_constant) - biases
    assert bytes_8.memory.weights_bytes == weights + 4 * biases
    half = found(file, "x86", "fp16")
    assert half.memory.weights_bytes == whole.memory.weights_bytes / 2


def test_types_are_those_of_real_quantization(file, tmp_path):
    quantized_file = tmp_path / "integers.onnx"
    quantized_file.write_bytes(write(quantized(NETWORK, W8A8_ASYM)))
    real, assumed = found(str(quantized_file), "x86"), found(file, "x86", "ptq")
    assert real.network.quant == "qdq"
    bias_bytes = 4 * 4  # quantization gives each convolution a bias, also the one without
    assert real.memory.weights_bytes == assumed.memory.weights_bytes + bias_bytes
    assert real.network.number_format == assumed.network.number_format == "int8"


@pytest.mark.parametrize("target", ["x86", "x86:c", "rpi4", "rpi4:ort", "max78000:c"])
def test_a_roofline_gives_each_layer_a_time(target):
    one = found(MODEL, target, "qat" if target == "rpi4" else "ptq")
    assert one.ms == pytest.approx(sum(layer.ms for layer in one.layers))
    assert all(layer.ms >= 0 for layer in one.layers)
    assert {layer.limit for layer in one.layers} == {"compute", "memory"}
    assert one.method.text.startswith("roofline of ")
    low_ms, high_ms = one.range_ms
    assert low_ms <= one.ms
    assert (high_ms is None) is one.is_bound
    assert one.is_bound or high_ms > one.ms


def test_a_build_that_chooses_takes_c_unless_values_have_16_bits_or_none(file):
    def chosen(quant, **options):
        return found(file, "x86", quant, runtime="auto", **options).network.target.name

    assert chosen("ptq") == "x86-c"
    assert chosen("ptq", scheme="w4a8-asym") == "x86-c"  # which ONNX Runtime refuses
    assert chosen("ptq", scheme="w8a16-sym") == "x86"
    assert chosen("none") == "x86"
    with pytest.raises(RefusedError, match="x86 refuses 'ai8x'"):
        found(file, "x86:ort", "ptq", scheme="ai8x")


def test_published_integers_tell_whether_c_takes_them(tmp_path):
    for scheme, target in ((W8A8_ASYM, "x86-c"), (W8A16_ASYM, "x86")):
        path = tmp_path / "integers.onnx"
        path.write_bytes(write(quantized(NETWORK, scheme)))
        assert found(str(path), "x86", runtime="auto").network.target.name == target


def test_c_has_the_arena_that_it_plans():
    one = found(MODEL, "x86:c", "qat")
    registered = registry.load("recipe", MODEL).hubs["qat.w8a8-asym"]
    graph = registry.load("format", "onnx").read(registered.read_bytes(), "hub")
    lowered = registry.load("compiler", "c").lower(graph, find_target("c99"), "w8a8-asym")
    assert one.memory == lowered.memory


@pytest.mark.parametrize(
    ("model", "target"),
    [(MODEL, "kv260"), (MODEL, "kv260:b512"), (MODEL, "k210"), ("facenet_v1", "max78000")],
)
def test_a_compiler_that_knows_the_chip_gives_the_times(model, target):
    one = found(model, target)
    board = find_target(target)
    times = registry.load("compiler", board.compiler).estimated_times(one.network.source, board)
    assert one.ms == pytest.approx(sum(time.total_ms for time in times))
    limits = {layer.limit for layer in one.layers if layer.ms}
    assert limits <= {part for time in times for part in time.parts_ms}
    assert one.method == registry.load("compiler", board.compiler).time_method


def test_without_a_speed_there_is_no_time_but_work_and_memory():
    one = found(MODEL, "c99")
    assert one.ms is one.method is None
    assert one.range_ms == (None, None)
    assert one.macs > 0
    assert one.memory.is_planned


def test_a_number_format_without_rates_has_no_time(file):
    network = find_deployed(Wish(file, "x86", quant="ptq", scheme="w8a16-asym"))
    assert network.number_format == "int16"
    rates = {"int8": network.target.rooflines["int8"]}
    without = replace(network, target=replace(network.target, rooflines=rates))
    assert estimate(network).ms > 0
    assert estimate(without).ms is None


def test_c_takes_longer_for_16_bits_and_an_estimate_is_as_sure_as_its_least_sure_layer(tmp_path):
    def whole(*overrides):
        path = tmp_path / "integers.onnx"
        path.write_bytes(write(quantized(NETWORK, replace(W8A8_ASYM, overrides=overrides))))
        return found(str(path), "x86:c")

    rates = find_target("x86:c").rooflines
    rates = {**rates, "int8": replace(rates["int8"], factor=1.5)}
    eight, mixed = whole(), whole(Override("stem", activation_bits=16))
    assert mixed.ms > 2 * eight.ms
    for one, factor in ((eight, 1.5), (mixed, rates["int16"].factor)):
        target = replace(one.network.target, rooflines=rates)
        assert estimate(replace(one.network, target=target)).method.factor == factor


def test_a_layer_with_a_wide_value_takes_the_time_of_its_width(tmp_path):
    def layers(*overrides):
        path = tmp_path / "integers.onnx"
        path.write_bytes(write(quantized(NETWORK, replace(W8A8_ASYM, overrides=overrides))))
        return {layer.node: layer.ms for layer in found(str(path), "x86").layers}

    eight, mixed = layers(), layers(Override("stem", activation_bits=16))
    changed = {node for node in eight if mixed[node] != eight[node]}
    readers = {node.name for node in NETWORK.nodes if "stem" in (node.output, *node.inputs)}
    assert changed == readers


def test_what_a_board_refuses_is_refused_as_by_a_build(file):
    with pytest.raises(RefusedError, match="jetson-nano refuses 'ptq'"):
        found(MODEL, "jetson-nano")
    with pytest.raises(UnsupportedOpError, match="320 x 320 pixels"):
        found("facedet_320.wider", "k210")
    with pytest.raises(UsageError, match="unknown quantization 'int3'"):
        found(file, "x86", "int3")
    with pytest.raises(UsageError, match=r"nothing\.onnx: no such file"):
        found("nothing.onnx", "x86")


def test_a_slower_clock_takes_longer():
    network = find_deployed(Wish(MODEL, "kv260"))
    facts = {**network.target.facts, "dpu_clock_hz": 100_000_000}
    slower = replace(network, target=replace(network.target, facts=facts))
    assert estimate(slower).ms > estimate(network).ms
