"""The Android app's source tree: a Gradle project in Kotlin, with the contract's steps."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from codegen.contract_code import contracts_of, step_names
from codegen.kotlin_literal import call, literal
from codegen.templates import TEMPLATES, render
from zoo import registry, steps
from zoo.bundle.bundle import DETECTOR
from zoo.contract import Contract, Step, TensorSpec
from zoo.plugs import AppRequest, Library
from zoo.step_form import step_form
from zoo.tool import Tool
from zoo.trackable import finds_landmarks

__all__ = ["KOTLIN_FORM", "KotlinBackend", "KotlinContract", "KotlinProject", "kotlin_project"]

KOTLIN_FORM = "kotlin_file"
"""The member of a step with its form for these apps."""

_ANDROID = TEMPLATES / "android"
_SOURCES = "app/src/main/kotlin/zoo"
_STEPS = Path(steps.__path__[0])
_SHARED = {"Frame.kt": _STEPS / "frame.kt", "Sampling.kt": _STEPS / "sampling.kt"}
_INDENT = 4


class KotlinBackend:
    """LiteRT on Android; Gradle downloads the version in build.gradle.kts."""

    tools: tuple[Tool, ...] = ()

    def sources(self, request: AppRequest) -> Mapping[str, bytes]:
        """Return the project; raises RefusedError for a step without a Kotlin form."""
        app = kotlin_project(request)
        files = {}
        for path in sorted(filter(Path.is_file, _ANDROID.rglob("*"))):
            name = path.relative_to(_ANDROID).as_posix()
            if path.suffix == ".j2":
                files[name.removesuffix(".j2")] = render(f"android/{name}", app=app)
            else:
                files[name] = path.read_bytes()
        steps = _step_files(*contracts_of(request)).items()
        return {**files, **{f"{_SOURCES}/steps/{name}": content for name, content in steps}}

    def libraries(self) -> tuple[Library, ...]:
        """Return no libraries, since none are among the sources."""
        return ()


@dataclass(frozen=True)
class KotlinContract:
    """A network in the context of the templates.

    role: 'Network', or 'Detector' of its regions.  input, outputs: TensorSpec expressions.
    pre, post: lines of calls.
    """

    role: str
    model: str
    model_literal: str
    file_literal: str
    has_landmarks_literal: str
    input: str
    outputs: tuple[str, ...]
    pre: tuple[str, ...]
    post: tuple[str, ...]


@dataclass(frozen=True)
class KotlinProject:
    """Context of the templates in templates/android.

    model: whose values are shown.  imports: names in package zoo.steps.
    regions: arguments of the detector's RegionRule, () without a detector.
    """

    model: str
    model_literal: str
    application_id: str
    imports: tuple[str, ...]
    networks: tuple[KotlinContract, ...]
    regions: tuple[str, ...]


def kotlin_project(request: AppRequest) -> KotlinProject:
    """Return the context; raises RecipeError for parameters that a step does not accept."""
    detector, name = request.detector, request.model
    networks = [_network("Network", request.model, request.artifact_main, request.contract)]
    regions: tuple[object, ...] = ()
    if detector is not None:
        file = f"{DETECTOR}/{detector.artifact_main}"
        networks.insert(0, _network("Detector", detector.model, file, detector.contract))
        regions, name = astuple(detector.regions), f"{name}+{detector.model}"
    names = {"Frame", "Values", *map(_camel_case, step_names(*contracts_of(request)))}
    return KotlinProject(
        model=request.model,
        model_literal=literal(request.model),
        application_id=literal(_application_id(name)),
        imports=tuple(sorted(names)),
        networks=tuple(networks),
        regions=tuple(map(literal, regions)),
    )


def _network(role: str, model: str, file: str, contract: Contract) -> KotlinContract:
    return KotlinContract(
        role=role,
        model=model,
        model_literal=literal(model),
        file_literal=literal(file),
        has_landmarks_literal=literal(finds_landmarks(contract)),
        input=_tensor(contract.input),
        outputs=tuple(_tensor(output) for output in contract.outputs),
        pre=tuple(_lines(contract.pre, ())),
        post=(*_lines(contract.post, ("frame",)), *_left_out(contract)),
    )


def _step_files(*contracts: Contract) -> dict[str, bytes]:
    """Return the Kotlin forms of the contracts' steps by file name.

    Raises RefusedError for a step without one.
    """
    paths = dict(_SHARED)
    for name in sorted(step_names(*contracts)):
        path = step_form(name, KOTLIN_FORM)
        parts = registry.load("step", name).kotlin_parts
        paths |= {f"{_class_case(part.stem)}.kt": part for part in parts}
        paths[f"{_class_case(name)}.kt"] = path
    return {name: path.read_bytes() for name, path in paths.items()}


def _lines(contract_steps: Iterable[Step], first: tuple[str, ...]) -> Iterator[str]:
    for step in contract_steps:
        plugin = registry.load("step", step.name)
        arguments = tuple(plugin.complete(step.parameters).values())
        yield from call(f".{_camel_case(step.name)}", first, arguments, _INDENT)


def _left_out(contract: Contract) -> Iterator[str]:
    # On demand: it loads numpy, and a build of what is cached generates nothing.
    from zoo.data.processing import consumed

    names = consumed(contract)
    if names:
        yield from call(".minus", (), (names,), _INDENT)


def _tensor(tensor: TensorSpec) -> str:
    return f"TensorSpec({literal(tensor.name)}, {literal(tensor.shape)})"


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def _class_case(name: str) -> str:
    return "".join(map(str.capitalize, name.split("_")))


def _application_id(model: str) -> str:
    """Return an application id that distinguishes the apps of several models."""
    return f"org.edgezoo.m_{re.sub('[^a-z0-9]', '_', model.lower())}"
