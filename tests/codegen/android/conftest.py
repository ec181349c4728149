"""The app's Kotlin, compiled once, and what a driver prints about it."""

from pathlib import Path

import pytest
from box_cases import CASES, contract_of
from chain_case import CHAIN
from kotlin import compile_kotlin, jars, run_kotlin
from made_once import made_once
from map_cases import MAP_CASES

from codegen.apps.android import ANDROID as APP
from codegen.kotlin_app import kotlin_project
from zoo import registry, steps
from zoo.plugs import AppRequest

HERE = Path(__file__).parent
RECIPE = registry.load("recipe", "pfld_0.25x.300w68")
POST_CASES = {**{name: contract_of(name) for name in CASES}, **MAP_CASES}


@pytest.fixture(scope="session")
def classes(tmp_path_factory):
    """All Kotlin of an app, compiled against outlines of Android's classes."""
    jars()

    def make(folder):
        target, detector = registry.load("target", "android"), CHAIN.detector
        request = AppRequest(
            RECIPE.name, target, RECIPE.contract, "model.tflite", detector=detector
        )
        for name, content in APP.generate(request).items():
            if name.endswith(".kt") and "/zoo/app/" in name:
                (folder / Path(name).name).write_bytes(content)
        forms = Path(steps.__path__[0]).glob("*.kt")
        (folder / "PostCases.kt").write_text(_post_cases())
        sources = [*folder.glob("*.kt"), *forms, *HERE.rglob("*.kt")]
        compile_kotlin(sources, folder / "classes")

    return made_once(tmp_path_factory, "kotlin", make) / "classes"


@pytest.fixture
def run(classes, tmp_path):
    """Return run(lines) -> what the driver prints for each of them."""

    def answers(*lines):
        (tmp_path / "steps").write_text("\n".join(lines))
        return run_kotlin(classes, "zoo.app.DriverKt", "steps", tmp_path / "steps").splitlines()

    return answers


def _post_cases() -> str:
    """Return a function of all post-processing cases, written as in an app's contract."""
    target, imports, lines = registry.load("target", "android"), set[str](), list[str]()
    for name, contract in POST_CASES.items():
        code = kotlin_project(AppRequest("cases", target, contract, "model"))
        imports |= set(code.imports)
        lines += [f'    "{name}" -> outputs', *code.networks[0].post]
    return "\n".join(
        (
            "package zoo.app",
            *(f"import zoo.steps.{name}" for name in sorted(imports)),
            "fun postprocess(case: String, outputs: Values, frame: Frame): Values = when (case) {",
            *lines,
            "    else -> outputs",
            "}",
        )
    )
