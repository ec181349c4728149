"""Placed steps -> the layers of a .kmodel, whichever version."""

from compilers.kmodel.emit3 import emit3
from compilers.kmodel.emit4 import emit4
from compilers.kmodel.kmodel import Kmodel
from compilers.kmodel.placement import Placement
from compilers.kmodel.scope import Scope

__all__ = ["emit"]


def emit(scope: Scope, placement: Placement, version: int) -> Kmodel:
    """Return the file as a value.

    version: 3 or 4. Raises Refusal for a step that version 3 has no node for.
    """
    return (emit4 if version == 4 else emit3)(scope, placement)
