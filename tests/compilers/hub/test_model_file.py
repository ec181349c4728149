"""Weights in files beside the model: read from there, and from nowhere else."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from compilers.hub.import_file import import_file
from compilers.hub.model_file import data_files
from zoo.errors import HubError

BIAS = np.float32([1, -2, 3])


def outside(name: str, **entries: object) -> TensorProto:
    """Return the bias as a constant whose values are elsewhere."""
    tensor = numpy_helper.from_array(BIAS, name)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        tensor.external_data.add(key=key, value=str(value))
    return tensor


def save(folder, tensor: TensorProto, in_attribute: bool):
    nodes = [helper.make_node("Add", ["x", "c"], ["y"])]
    if in_attribute:
        nodes.insert(0, helper.make_node("Constant", [], ["c"], value=tensor))
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 3])],
        [] if in_attribute else [tensor],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    path = folder / "net.onnx"
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture(params=[False, True], ids=["initializer", "Constant"])
def in_attribute(request):
    return request.param


def bias_of(graph) -> list[float]:
    (tensor,) = (tensor for tensor in graph.tensors.values() if tensor.is_constant)
    return tensor.data.tolist()


def test_weights_beside_the_model(tmp_path, in_attribute):
    (tmp_path / "net.onnx.data").write_bytes(b"head" + BIAS.tobytes() + b"tail")
    tensor = outside("c", location="net.onnx.data", offset=4, length=12)
    path = save(tmp_path, tensor, in_attribute)
    assert bias_of(import_file(path, {})) == BIAS.tolist()
    assert data_files(path) == (tmp_path / "net.onnx.data",)


def test_offset_and_length_may_be_left_out(tmp_path, in_attribute):
    (tmp_path / "weights").write_bytes(BIAS.tobytes())
    path = save(tmp_path, outside("c", location="weights"), in_attribute)
    assert bias_of(import_file(path, {})) == BIAS.tolist()


def test_weights_inside_have_no_data_files(tmp_path, in_attribute):
    path = save(tmp_path, numpy_helper.from_array(BIAS, "c"), in_attribute)
    assert data_files(path) == ()


@pytest.mark.parametrize("location", ["/etc/hostname", "../w", "below/w", "..", ".", "", "./w"])
def test_other_places_are_not_read(tmp_path, in_attribute, location):
    (tmp_path / "below").mkdir()
    folder = tmp_path / "model"
    folder.mkdir()
    for place in (tmp_path / "w", folder / "w"):
        place.write_bytes(BIAS.tobytes())
    path = save(folder, outside("c", location=location), in_attribute)
    for read in (data_files, lambda file: import_file(file, {})):
        with pytest.raises(HubError) as caught:
            read(path)
        assert str(caught.value) == (
            f"{path}: the constant 'c' is in '{location}'; weights are read only from regular "
            "files in the model's folder: copy that file there, or save the model with its "
            "weights inside: onnx.save(model, path, save_as_external_data=False)"
        )


def test_links_are_not_followed(tmp_path, in_attribute):
    (tmp_path / "secret").write_bytes(BIAS.tobytes())
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    path = save(tmp_path, outside("c", location="link"), in_attribute)
    with pytest.raises(HubError, match="is in 'link'; weights are read only from regular files in"):
        import_file(path, {})


def test_a_data_file_that_is_missing(tmp_path, in_attribute):
    path = save(tmp_path, outside("c", location="w"), in_attribute)
    with pytest.raises(HubError) as caught:
        import_file(path, {})
    assert str(caught.value) == (
        f"{path}: the constant 'c' cannot be read from 'w' beside it (No such file or directory); "
        "put the model's data file there, under its own name"
    )


@pytest.mark.parametrize(
    "entries", [{"offset": 1}, {"length": 8}, {"length": 2**62}, {"offset": 2**40}]
)
def test_a_data_file_of_another_model(tmp_path, in_attribute, entries):
    (tmp_path / "w").write_bytes(BIAS.tobytes())
    path = save(tmp_path, outside("c", location="w", **entries), in_attribute)
    with pytest.raises(HubError) as caught:
        import_file(path, {})
    assert str(caught.value) == (
        f"{path}: the constant 'c' needs 12 bytes at {entries.get('offset', 0)} of 'w' beside it, "
        "which has 12; the data file belongs to another model or is truncated: export or download "
        "both again"
    )


@pytest.mark.parametrize("entries", [{"offset": "x"}, {"offset": -4}, {"length": ""}])
def test_places_that_are_no_numbers(tmp_path, in_attribute, entries):
    (tmp_path / "w").write_bytes(BIAS.tobytes())
    path = save(tmp_path, outside("c", location="w", **entries), in_attribute)
    with pytest.raises(HubError, match="the constant 'c' cannot be read from 'w' beside it"):
        import_file(path, {})


def test_sizes_that_no_file_has(tmp_path, in_attribute):
    (tmp_path / "w").write_bytes(BIAS.tobytes())
    tensor = outside("c", location="w")
    tensor.dims[:] = [2**40, 2**20]
    path = save(tmp_path, tensor, in_attribute)
    with pytest.raises(HubError, match="needs 4611686018427387904 bytes at 0 of 'w'"):
        import_file(path, {})


def test_torch_style_files(tmp_path):
    path = save(tmp_path, numpy_helper.from_array(np.ones(3, np.float32), "c"), in_attribute=False)
    model = onnx.load(path)
    onnx.save(model, path, save_as_external_data=True, location="net.onnx.data", size_threshold=0)
    assert [file.name for file in data_files(path)] == ["net.onnx.data"]
    assert bias_of(import_file(path, {})) == [1, 1, 1]
