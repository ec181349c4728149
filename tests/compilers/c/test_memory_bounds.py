"""No form of the kernels reads or writes outside of its arrays, by AddressSanitizer and UBSan."""

import json
import subprocess
from math import prod
from pathlib import Path

import pytest
from generated_c import write_c
from host_compilers import CC
from layer_shapes import SCALES, layers
from x86_forms import FORMS, flags, missing_for

pytestmark = pytest.mark.toolchain

SANITIZED = ("-std=c99", "-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


@pytest.mark.parametrize("form", FORMS)
def test_layers_of_many_shapes_stay_in_their_arrays(form, tmp_path):
    if missing_for(form):
        pytest.skip(f"this processor has no {', '.join(missing_for(form))}")
    main = write_c(layers(*SCALES["floats, u8"]), tmp_path)
    (tmp_path / "main.c").write_text(program(main))
    command = [CC, *SANITIZED, *flags(form), *tmp_path.glob("*.c")]
    subprocess.run([*command, "-o", tmp_path / "program"], check=True)
    subprocess.run([tmp_path / "program"], check=True)


def program(main: Path) -> str:
    """Return a C program that runs a network with each array in memory of its own."""
    facts = json.loads(main.read_text())
    sizes = [prod(tensor["shape"]) for tensor in (*facts["inputs"], *facts["outputs"])]
    names = [f"array{index}" for index in range(len(sizes))]
    lines = [
        line
        for name, size in zip(names, sizes, strict=True)
        for line in (
            f"  unsigned char* {name} = malloc({size});",
            f"  for (int i = 0; i < {size}; ++i) {name}[i] = (unsigned char)rand();",
        )
    ]
    calls = [f"  network_run({', '.join(f'(void*){name}' for name in names)});"]
    calls += [f"  free({name});" for name in names]
    head = ['#include "network.h"', "#include <stdlib.h>", "int main(void) {"]
    return "\n".join([*head, *lines, *calls, "  return 0;", "}", ""])
