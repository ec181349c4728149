"""generate: from contract and artifact to the app's sources."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from zoo import registry
from zoo.build.plan import Plan
from zoo.build.stage import needs_of_detector
from zoo.build.stages.lower import read_artifact
from zoo.plugs import AppDetector, AppGenerator, AppRequest
from zoo.proof.golden import golden_inputs
from zoo.recipe import Recipe


def app_request(plan: Plan, main: str, needs: Mapping[str, Path]) -> AppRequest:
    """Return the request without the artifact's files. main: the artifact's main file."""
    detector = None
    if plan.detector is not None:
        recipe = plan.detector.recipe
        found = read_artifact(needs_of_detector(needs)["lower"])[1]
        detector = AppDetector(recipe.name, recipe.contract, found, plan.regions)
    recipe = plan.recipe
    notice = licence_notice([part.recipe for part in (plan, plan.detector) if part is not None])
    return AppRequest(
        recipe.name, plan.target, recipe.contract, main, detector=detector, notice=notice
    )


def licence_notice(recipes: Sequence[Recipe]) -> str:
    """Return what the licences say, by network where it differs."""
    notices = {
        recipe.name: "; ".join(dict.fromkeys(li.notice for li in recipe.licences if li.notice))
        for recipe in recipes
    }
    if len(set(notices.values())) == 1:
        return notices[recipes[0].name]
    return "; ".join(f"{name}: {notice}" for name, notice in notices.items() if notice)


def _files(folder: Path) -> Mapping[str, bytes]:
    """Return the contents of a folder's files by relative path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write the app's source files."""
    folder, main, _ = read_artifact(needs["lower"])
    request = replace(app_request(plan, main, needs), artifact_files=_files(folder))
    if request.detector is not None:
        found = _files(read_artifact(needs_of_detector(needs)["lower"])[0])
        request = replace(request, detector=replace(request.detector, artifact_files=found))
    app: AppGenerator = registry.load("app", plan.target.app)
    with TemporaryDirectory(prefix="zoo-golden-") as golden:
        if app.shows_examples:
            request = replace(request, golden=golden_inputs(plan.recipe, Path(golden)))
        files = app.generate(request)
    for name, content in files.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
