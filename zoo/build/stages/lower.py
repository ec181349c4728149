"""lower: from the hub to the artifact for the chip."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from zoo import registry
from zoo.artifact import Exactness, Memory, graph_memory
from zoo.build.plan import Plan
from zoo.graph import Graph
from zoo.plugs import Compiler

_HALF_BITS = 16


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write the artifact's files below files/, and artifact.json."""
    hub = needs["quantize"] / "hub.onnx"
    graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    compiler: Compiler = registry.load("compiler", plan.target.compiler)
    if plan.part:
        compiler = compiler.for_part(plan.part)
    artifact = compiler.lower(graph, plan.target, plan.scheme)
    for name, content in artifact.files.items():
        path = out / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    facts = {
        "kind": artifact.kind,
        "main": artifact.main,
        "exactness": asdict(artifact.exactness),
        "notes": artifact.notes,
        "memory": asdict(artifact.memory or _memory(graph, plan)),
    }
    (out / "artifact.json").write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n")


def _memory(graph: Graph, plan: Plan) -> Memory:
    return graph_memory(graph, _HALF_BITS if plan.scheme == "float16" else 0)


def read_artifact(folder: Path) -> tuple[Path, str, Exactness]:
    """Return (folder of the files, main file's name, exactness) of a lowered artifact."""
    facts = json.loads((folder / "artifact.json").read_text("utf-8"))
    return folder / "files", facts["main"], Exactness(**facts["exactness"])


def artifact_memory(folder: Path) -> Memory:
    """Return the memory that a lowered artifact needs."""
    return Memory(**json.loads((folder / "artifact.json").read_text("utf-8"))["memory"])


def artifact_notes(folder: Path) -> tuple[str, ...]:
    """Return the compiler's notes about a lowered artifact."""
    return tuple(json.loads((folder / "artifact.json").read_text("utf-8"))["notes"])
