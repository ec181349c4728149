"""The Jinja environment; everything that a template shows is computed beforehand."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from codegen.c_lines import filled_text
from zoo import quoting

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["TEMPLATES", "render"]

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> "Environment":
    # On demand: a build of what is cached renders nothing.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # it writes C++ and shell, not HTML: each value specifies its filter
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["filled"] = filled_text
    environment.filters |= {name: getattr(quoting, name) for name in quoting.__all__}
    return environment


def render(template: str | Path, **context: object) -> bytes:
    """Return a template's text for a context, UTF-8; a missing name is an error.

    template: below codegen/templates, or a file in another distribution as Path.
    """
    environment = _environment()
    if isinstance(template, Path):
        found = environment.from_string(template.read_text("utf-8"))
    else:
        found = environment.get_template(template)
    return found.render(**context).encode("utf-8")
