"""What a bundle needs beside program and model: how to use it, install it and test it."""

from collections.abc import Mapping
from dataclasses import dataclass

from codegen.templates import render
from zoo.plugs import AppRequest

__all__ = ["Readme", "companions"]


@dataclass(frozen=True)
class Readme:
    """Context of templates/bundle.

    values: of the records, beside outputs.  notice: of the licences, '' for none.
    """

    bundle: str
    model: str
    target: str
    target_summary: str
    quantization: str
    outputs: tuple[str, ...]
    notice: str


def companions(request: AppRequest, facts: Mapping[str, str]) -> dict[str, bytes]:
    """Return README.md, install.sh and selftest.

    facts: 'bundle' its name, 'quantization', 'notice'.
    """
    readme = Readme(
        bundle=facts["bundle"],
        model=request.model,
        target=request.target.name,
        target_summary=request.target.summary,
        quantization=facts["quantization"],
        outputs=tuple(output.name for output in request.contract.outputs),
        notice=facts["notice"],
    )
    names = ("README.md", "install.sh", "selftest")
    return {name: render(f"bundle/{name}.j2", bundle=readme) for name in names}
