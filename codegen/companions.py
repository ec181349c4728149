"""What a bundle needs beside program and model: how to use it, install it and test it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from codegen.templates import render
from zoo.plugs import AppRequest

__all__ = ["Readme", "companions", "readme"]

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Readme:
    """Context of templates/bundle.

    artifact: file that the program loads.  notice: of the licences, '' for none.
    c_library: version of GNU's that program and libraries need, '' for none.
    """

    bundle: str
    model: str
    target: str
    target_summary: str
    quantization: str
    artifact: str
    outputs: tuple[str, ...]
    notice: str
    c_library: str


def companions(
    request: AppRequest, facts: Mapping[str, str], own: Mapping[str, str] = _NONE
) -> dict[str, bytes]:
    """Return README.md, install.sh and selftest.

    facts: as for `readme`.  own: templates instead of the common ones, by the file's name.
    """
    bundle = readme(request, facts)
    templates = {name: f"bundle/{name}.j2" for name in ("README.md", "install.sh", "selftest")}
    return {name: render(path, bundle=bundle) for name, path in {**templates, **own}.items()}


def readme(request: AppRequest, facts: Mapping[str, str]) -> Readme:
    """Return the templates' context.

    facts: 'bundle' its name, 'quantization', 'notice', 'c_library'.
    """
    return Readme(
        bundle=facts["bundle"],
        model=request.model,
        target=request.target.name,
        target_summary=request.target.summary,
        quantization=facts["quantization"],
        artifact=request.artifact_main,
        outputs=tuple(output.name for output in request.contract.outputs),
        notice=facts["notice"],
        c_library=facts["c_library"],
    )
