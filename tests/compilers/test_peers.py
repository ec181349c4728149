"""Published networks of others: which are read, and why the rest is refused."""

import os
from pathlib import Path

import numpy as np
import pytest
from onnx_runtime import run_onnx
from random_graphs import random_feeds

from compilers.hub import read, simplify, write
from compilers.reference import run_graph
from zoo.errors import HubError

pytestmark = pytest.mark.data

IMPORTED = [
    "cunjian_pfld68_112",
    "ghostone_PFLD_GhostNet_Slim98_112",
    "ghostone_PFLD_GhostOne98_112",
    "mit_proxyless_landmark",
    "ultralight_RFB_320",
    "ultralight_slim_320",
    "yunet_n_320_320",
]
REFUSED = {
    "yunet_n_dynamic": r"input 'input' has a dynamic axis 2 \(height\)",
}


def _content(name: str) -> bytes:
    """Return a network simplified; skip where there is no data."""
    folder = os.environ.get("ZOO_DATA", "")
    file = Path(folder, "peers", f"{name}.onnx")
    if not folder or not file.is_file():
        pytest.skip(f"ZOO_DATA names no folder with peers/{name}.onnx")
    return simplify(file.read_bytes(), file.name)


@pytest.mark.parametrize("name", IMPORTED)
def test_imported_networks_compute_what_their_files_say(name: str):
    content = _content(name)
    graph = read(content, name)
    feeds = random_feeds(graph, seed=0, batch=1)
    theirs, ours = run_onnx(content, feeds), run_graph(graph, feeds)
    assert list(ours) == list(theirs)
    for output, values in theirs.items():
        # Float32 sums in another order, with batch normalisation folded into the weights.
        np.testing.assert_allclose(ours[output], values, rtol=1e-4, atol=1e-5)
    assert read(write(graph), name) == graph


@pytest.mark.parametrize("name", REFUSED)
def test_refused_networks_say_why(name: str):
    with pytest.raises(HubError, match=REFUSED[name]):
        read(_content(name), name)
