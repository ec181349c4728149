"""generate: from contract and artifact to the app's sources."""

from collections.abc import Mapping
from pathlib import Path

from zoo import registry
from zoo.build.plan import Plan
from zoo.build.stages.lower import read_artifact
from zoo.plugs import AppRequest


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write the app's source files."""
    folder, main, _ = read_artifact(needs["lower"])
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    request = AppRequest(plan.recipe.name, plan.target, plan.recipe.contract, main, files)
    for name, content in registry.load("app", plan.target.app).generate(request).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
