"""Steps over time and the one-euro filter in C++, called as the generated code calls them."""

import ctypes
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cpp_post import read_value
from host_compilers import CXX
from made_once import made_once
from numpy.typing import NDArray

import zoo.steps.plugin
from codegen.cpp_literal import call
from codegen.templates import TEMPLATES
from zoo import registry
from zoo.contract import Step
from zoo.data.one_euro import OneEuroParameters
from zoo.step import Event, Moment

_STEPS = Path(zoo.steps.plugin.__file__).parent
_CORE = TEMPLATES / "cpp"
_FLAGS = [
    *("-std=c++17", "-O1", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"),
    *("-fsanitize=undefined", "-fno-sanitize-recover=all", "-ffp-contract=off"),
]
_DRIVER = """
#include <cstdio>
#include <optional>
#include "core/one_euro.hpp"
#include "track.hpp"
{includes}

namespace {{

zoo::Observers running;
zoo::Values values;
std::string text;
std::optional<zoo::OneEuro> filter;

void add(const char* form, double number) {{
  char digits[40];
  std::snprintf(digits, sizeof digits, form, number);
  text += digits;
}}

void add(const std::vector<zoo::Event>& events) {{
  for (const zoo::Event& event : events) {{
    text += "event\\t" + event.name;
    for (double number : {{event.begin_s, event.end_s, event.confidence}}) add("\\t%a", number);
    text += "\\n";
  }}
}}

zoo::Observers started(int number) {{
  using namespace zoo;
  Observers observers;
  switch (number) {{
{cases}
  }}
  return observers;
}}

}}  // namespace

extern "C" {{

void start(int number) {{ running = started(number); }}

void value(const char* name, const std::int64_t* shape, int axes, const double* data, int size) {{
  values[name] = zoo::Tensor{{{{shape, shape + axes}}, {{data, data + size}}}};
}}

const char* observe(double time_s) {{
  zoo::Moment moment{{time_s, values, {{}}, {{}}}};
  for (const auto& observer : running) observer->observe(moment);
  text.clear();
  for (const auto& [name, value] : moment.values) {{
    const auto& tensor = std::get<zoo::Tensor>(value);
    text += "float64\\t" + name + "\\t";
    for (std::int64_t n : tensor.shape) text += std::to_string(n) + " ";
    for (double number : tensor.data) add("\\t%a", number);
    text += "\\n";
  }}
  for (const std::string& state : moment.states) text += "state\\t" + state + "\\n";
  add(moment.events);
  values.clear();
  return text.c_str();
}}

const char* finish() {{
  std::vector<zoo::Event> events;
  for (const auto& observer : running) observer->end(events);
  text.clear();
  add(events);
  return text.c_str();
}}

void start_filter(double cutoff_hz, double beta, double speed_cutoff_hz) {{
  filter.emplace(zoo::OneEuroParameters{{cutoff_hz, beta, speed_cutoff_hz}});
}}

void smooth(double time_s, double unit, double* data, int size) {{
  std::vector<double> numbers(data, data + size);
  filter->smooth(time_s, unit, numbers);
  for (std::size_t i = 0; i < numbers.size(); ++i) data[i] = numbers[i];
}}

}}  // extern "C"
"""


class CppTrack:
    """Cases by name, each a list of steps over time."""

    def __init__(self, library: Path, names: Sequence[str]) -> None:
        self._library = ctypes.CDLL(str(library))
        for function in (self._library.observe, self._library.finish):
            function.restype = ctypes.c_char_p
        self._names = list(names)

    def run(self, name: str, series: Iterable[Moment]) -> tuple[list[Moment], tuple[Event, ...]]:
        """Return what the steps make of each moment, and the events that end with the object."""
        self._library.start(self._names.index(name))
        seen = [self._observe(moment) for moment in series]
        return seen, _moment(0, self._library.finish().decode()).events

    def smooth(
        self,
        parameters: OneEuroParameters,
        series: Iterable[tuple[float, float, NDArray[np.float64]]],
    ) -> list[NDArray[np.float64]]:
        """Return the smoothed numbers of each (time_s, unit, numbers)."""
        given = (parameters.cutoff_hz, parameters.beta, parameters.speed_cutoff_hz)
        self._library.start_filter(*map(ctypes.c_double, given))
        found = []
        for time_s, unit, numbers in series:
            data = numbers.astype(np.float64)
            words = (ctypes.c_double(time_s), ctypes.c_double(unit), _data(data), data.size)
            self._library.smooth(*words)
            found.append(data)
        return found

    def _observe(self, moment: Moment) -> Moment:
        for name, numbers in moment.values.items():
            shape, data = np.array(numbers.shape, np.int64), numbers.astype(np.float64).ravel()
            self._library.value(name.encode(), _data(shape), len(shape), _data(data), len(data))
        text = self._library.observe(ctypes.c_double(moment.time_s)).decode()
        return _moment(moment.time_s, text)


def cpp_track(
    tmp_path_factory: pytest.TempPathFactory, name: str, cases: Mapping[str, Sequence[Step]]
) -> CppTrack:
    """Return the compiled cases; skips the test without a compiler."""
    if shutil.which(CXX) is None:
        pytest.skip(f"no {CXX}: apt install g++")

    def make(folder: Path) -> None:
        (folder / "driver.cpp").write_text(_source(cases))
        sources = [str(folder / "driver.cpp"), str(_CORE / "core" / "one_euro.cpp")]
        library = ["-shared", "-fPIC", "-o", str(folder / "track.so")]
        command = [CXX, *_FLAGS, f"-I{_STEPS}", f"-I{_CORE}", *sources, *library]
        subprocess.run(command, check=True)

    return CppTrack(made_once(tmp_path_factory, name, make) / "track.so", list(cases))


def _source(cases: Mapping[str, Sequence[Step]]) -> str:
    names = sorted({step.name for steps in cases.values() for step in steps})
    lines: list[str] = []
    for number, steps in enumerate(cases.values()):
        lines.append(f"case {number}:")
        for step in steps:
            complete = registry.load("step", step.name).complete(step.parameters)
            lines += call(step.name, ("observers",), tuple(complete.values()))
        lines.append("break;")
    includes = "\n".join(f'#include "{name}.hpp"' for name in names)
    return _DRIVER.format(includes=includes, cases="\n".join(lines))


def _moment(time_s: float, text: str) -> Moment:
    lines = [line.split("\t") for line in text.splitlines()]
    values: dict[str, NDArray[Any]] = dict(
        read_value("\t".join(words)) for words in lines if words[0] == "float64"
    )
    events = [words for words in lines if words[0] == "event"]
    return Moment(
        time_s,
        values,
        tuple(words[1] for words in lines if words[0] == "state"),
        tuple(Event(words[1], *map(float.fromhex, words[2:])) for words in events),
    )


def _data(array: NDArray[Any]) -> ctypes.c_void_p:
    # A view of a buffer that the caller keeps alive for the call.
    return array.ctypes.data_as(ctypes.c_void_p)
