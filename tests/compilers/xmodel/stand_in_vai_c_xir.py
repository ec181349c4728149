"""Stands in for AMD's closed compiler vai_c_xir in tests: same options, same files, no DPU code.

STAND_IN_VAI_C says how it behaves: 'well', 'fails', 'silent', 'other_dpu', 'split' or 'no_dpu'.
"""

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path

from compiled_files import split_graph

from compilers.xmodel.decode import decode
from compilers.xmodel.dpu import Dpu
from compilers.xmodel.encode import encode
from compilers.xmodel.stand_in import as_compiled
from compilers.xmodel.xir import XirAttribute, XirGraph, XirSubgraph


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vai_c_xir")
    parser.add_argument("-x", "--xmodel", type=Path, required=True)
    parser.add_argument("-a", "--arch", type=Path, required=True)
    parser.add_argument("-o", "--output_dir", type=Path, required=True)
    parser.add_argument("-n", "--net_name", required=True)
    return parser.parse_args()


def _with_fingerprint(graph: XirGraph, fingerprint: int) -> XirGraph:
    attribute = XirAttribute("uint64", fingerprint)
    children = tuple(
        replace(part, attributes={**part.attributes, "dpu_fingerprint": attribute})
        for part in graph.root.children
    )
    return replace(graph, root=replace(graph.root, children=children))


def _compile(quantized: XirGraph, fingerprint: int, behaviour: str) -> XirGraph:
    if behaviour == "split":
        return _with_fingerprint(split_graph(), fingerprint)
    compiled = as_compiled(quantized, Dpu("DPU", fingerprint + (behaviour == "other_dpu"), "3.5"))
    if behaviour == "no_dpu":
        parts = tuple(p for p in compiled.root.children if p.attribute("device") != "DPU")
        return replace(compiled, root=XirSubgraph("root", (), children=parts))
    return compiled


def main() -> None:
    """Compile as vai_c_xir does, from its options."""
    options, behaviour = _options(), os.environ.get("STAND_IN_VAI_C", "well")
    if behaviour == "fails":
        sys.exit("[UNILOG][FATAL] stand-in: the DPU has no such op")
    if behaviour == "silent":
        return
    quantized = decode(options.xmodel.read_bytes(), str(options.xmodel))
    fingerprint = int(json.loads(options.arch.read_text())["fingerprint"], 16)
    compiled = _compile(quantized, fingerprint, behaviour)
    (options.output_dir / f"{options.net_name}.xmodel").write_bytes(encode(compiled))


if __name__ == "__main__":
    main()
