"""The README of a MAX78000's bundle."""

import pytest
from max78000_firmware import request_of

from codegen.apps.max78000 import MAX78000

FACTS = {"bundle": "small.max78000.ptq", "quantization": "ptq", "notice": "", "c_library": "2.28"}


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ("network.json\nai8x/network.yaml", "The Cortex-M4F runs the network in it, in C; for"),
        ("network.json\nai8x/project/cnn.c", "The accelerator runs the network in it, by the code"),
    ],
)
def test_it_says_what_runs_the_network(files, told):
    text = MAX78000.companions(request_of(), {**FACTS, "files": files})["README.md"].decode()
    assert told in text
    assert "**Nothing here has run on a board.**" in text
    assert text.count("runs the network in it") == 1
