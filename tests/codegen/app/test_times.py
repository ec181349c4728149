"""Times of runs that go on for ever."""

import subprocess

import pytest
from host_compilers import CXX

from codegen.templates import TEMPLATES

pytestmark = pytest.mark.toolchain
DRIVER = """
#include <cstdio>
#include "core/latency.hpp"

int main() {
  zoo::Times times;
  std::printf("%d %g\\n", times.empty(), times.percentile_ms(50));
  for (int i = 1; i <= 3; ++i) times.add(i);
  std::printf("%g %g %g\\n", times.percentile_ms(0), times.percentile_ms(50),
              times.percentile_ms(95));
  for (int i = 4; i <= 250000; ++i) times.add(i);
  std::printf("%.0f %.0f %.0f %.0f\\n", times.sum_ms(), times.percentile_ms(0),
              times.percentile_ms(50), times.percentile_ms(100));
}
"""


@pytest.mark.usefixtures("cpp_tools")
def test_the_sum_is_of_all_and_percentiles_of_the_last(tmp_path):
    (tmp_path / "driver.cpp").write_text(DRIVER)
    cpp = TEMPLATES / "cpp"
    sources = [tmp_path / "driver.cpp", cpp / "core" / "latency.cpp"]
    flags = ["-std=c++17", "-fsanitize=address,undefined", f"-I{cpp}"]
    subprocess.run([CXX, *flags, *sources, "-o", tmp_path / "driver"], check=True)
    printed = subprocess.check_output([tmp_path / "driver"], encoding="utf-8").splitlines()
    assert printed == ["1 0", "1 2 3", "31250125000 150001 200000 250000"]
