"""Steps after the network in C++, called as a contract's generated code calls them."""

import ctypes
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from host_compilers import CXX
from made_once import made_once
from numpy.typing import NDArray

import zoo.steps.plugin
from codegen.cpp_literal import call
from zoo import registry
from zoo.contract import Step
from zoo.step import Frame

_STEPS = Path(zoo.steps.plugin.__file__).parent
_FLAGS = [
    *("-std=c++17", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"),
    *("-fsanitize=undefined", "-fno-sanitize-recover=all", "-ffp-contract=off"),
]
_DRIVER = """
#include <cstdio>
{includes}

namespace {{

zoo::Values values;
std::string text;

void add(const char* kind, const std::string& name, const std::vector<std::int64_t>& shape) {{
  text += std::string(kind) + "\\t" + name + "\\t";
  for (std::int64_t n : shape) text += std::to_string(n) + " ";
}}

void add(const std::string& name, const zoo::Tensor& tensor) {{
  add("float64", name, tensor.shape);
  for (double number : tensor.data) {{
    char digits[40];
    std::snprintf(digits, sizeof digits, "\\t%a", number);
    text += digits;
  }}
}}

void add(const std::string& name, const zoo::Integers& integers) {{
  add("int64", name, integers.shape);
  for (std::int64_t number : integers.data) text += "\\t" + std::to_string(number);
}}

void add(const std::string& name, const zoo::Texts& texts) {{
  add("str", name, texts.shape);
  for (const std::string& word : texts.data) text += "\\t" + word;
}}

void postprocess(int number, const zoo::Frame& frame) {{
  using namespace zoo;
  switch (number) {{
{cases}
  }}
}}

}}  // namespace

extern "C" {{

void output(const char* name, const std::int64_t* shape, int axes, const double* data, int size) {{
  values[name] = zoo::Tensor{{{{shape, shape + axes}}, {{data, data + size}}}};
}}

const char* run(int number, const std::int64_t* place, const double* box, int height, int width) {{
  zoo::Frame frame;
  frame.image = std::make_shared<const zoo::Image>(zoo::Image{{height, width, 3, {{}}}});
  frame.region = zoo::Region{{place[0], place[1], place[2], place[3]}};
  frame.box = {{box[0], box[1], box[2], box[3]}};
  postprocess(number, frame);
  text.clear();
  for (const auto& [name, value] : values) {{
    std::visit([&name = name](const auto& array) {{ add(name, array); }}, value);
    text += "\\n";
  }}
  values.clear();
  return text.c_str();
}}

}}  // extern "C"
"""


class CppPost:
    """Cases by name, each a list of steps."""

    def __init__(self, library: Path, names: Sequence[str]) -> None:
        self._library = ctypes.CDLL(str(library))
        self._library.run.restype = ctypes.c_char_p
        self._names = list(names)

    def run(
        self, name: str, outputs: Mapping[str, NDArray[Any]], frame: Frame
    ) -> dict[str, NDArray[Any]]:
        """Return the outputs and the values that a case's steps add."""
        for output, numbers in outputs.items():
            shape, data = np.array(numbers.shape, np.int64), numbers.astype(np.float64).ravel()
            self._library.output(output.encode(), _data(shape), len(shape), _data(data), len(data))
        assert frame.region is not None
        place, box = np.array(astuple(frame.region), np.int64), np.array(frame.box, np.float64)
        number, sides = self._names.index(name), frame.image_hwc.shape[:2]
        text = self._library.run(number, _data(place), _data(box), *sides).decode()
        return dict(map(read_value, text.splitlines()))


def cpp_post(
    tmp_path_factory: pytest.TempPathFactory, name: str, cases: Mapping[str, Sequence[Step]]
) -> CppPost:
    """Return the compiled cases; skips the test without a compiler."""
    if shutil.which(CXX) is None:
        pytest.skip(f"no {CXX}: apt install g++")

    def make(folder: Path) -> None:
        (folder / "driver.cpp").write_text(_source(cases))
        library = ["-shared", "-fPIC", "-o", str(folder / "post.so")]
        command = [CXX, *_FLAGS, f"-I{_STEPS}", str(folder / "driver.cpp"), *library]
        subprocess.run(command, check=True)

    return CppPost(made_once(tmp_path_factory, name, make) / "post.so", list(cases))


def _source(cases: Mapping[str, Sequence[Step]]) -> str:
    names = sorted({step.name for steps in cases.values() for step in steps})
    lines: list[str] = []
    for number, steps in enumerate(cases.values()):
        lines.append(f"case {number}:")
        for step in steps:
            complete = registry.load("step", step.name).complete(step.parameters)
            lines += call(step.name, ("values", "frame"), tuple(complete.values()))
        lines.append("break;")
    includes = "\n".join(f'#include "{name}.hpp"' for name in names)
    return _DRIVER.format(includes=includes, cases="\n".join(lines))


def read_value(line: str) -> tuple[str, NDArray[Any]]:
    """Return name and value of a line that a driver prints: type, name, shape, items."""
    kind, name, shape, *items = line.split("\t")
    read: Any = {"float64": float.fromhex, "int64": int, "str": str}[kind]
    dtype = np.str_ if kind == "str" else kind
    return name, np.array(list(map(read, items)), dtype).reshape([int(n) for n in shape.split()])


def _data(array: NDArray[Any]) -> ctypes.c_void_p:
    # A view of a buffer that the caller keeps alive for the call.
    return array.ctypes.data_as(ctypes.c_void_p)
