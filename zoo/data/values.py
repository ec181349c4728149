"""Values: compared with their steps' specs, and read back from an app's record."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import ContractError, VerifyError
from zoo.step import ValueSpec

__all__ = ["check_values", "read_values"]

_LEAVES = {"float32": (int, float), "float64": (int, float), "int64": (int,), "str": (str,)}


def check_values(
    step: str, stated: Mapping[str, ValueSpec], values: Mapping[str, NDArray[Any]]
) -> None:
    """Raise RecipeError if a step's values differ from its specs."""
    for method, returned in (("adds", stated), ("apply", values)):
        if not isinstance(returned, Mapping):
            raise ContractError(
                f"contract step '{step}': its plugin's `{method}` returns a "
                f"{type(returned).__name__}; expected a mapping by name"
            )
        for name in returned:
            if not isinstance(name, str) or not name.isprintable() or not name:
                raise ContractError(
                    f"contract step '{step}': its plugin's `{method}` names a value {name!r}; "
                    "expected a text of printable characters"
                )
    for name in sorted({*stated, *values}):
        spec = stated.get(name)
        if name not in values or spec is None or not _fits(spec, values[name]):
            found = _described(values[name]) if name in values else "absent"
            raise ContractError(
                f"contract step '{step}': value '{name}' is {found}, its plugin states "
                f"{spec or 'no such value'}; correct `adds` or `apply` of the plugin"
            )


def read_values(
    record: Mapping[str, Any], specs: Mapping[str, ValueSpec]
) -> dict[str, NDArray[Any]]:
    """Return the values present in an app's JSON record, by name.

    JSON has no [0, 4], only []: lengths come from the specs, N is counted. null is nan. Raises
    VerifyError for a value with another shape or type.
    """
    return {name: _read(name, spec, record[name]) for name, spec in specs.items() if name in record}


def _fits(spec: ValueSpec, value: object) -> bool:
    if not isinstance(value, np.ndarray) or _dtype(value) != spec.dtype:
        return False
    lengths = zip(spec.shape, value.shape, strict=False)
    return value.ndim == len(spec.shape) and all(n in (None, found) for n, found in lengths)


def _dtype(value: NDArray[Any]) -> str:
    return "str" if value.dtype.kind == "U" else value.dtype.name


def _described(value: object) -> str:
    if not isinstance(value, np.ndarray):
        return f"a {type(value).__name__}"
    return f"{_dtype(value)} {list(value.shape)}"


def _read(name: str, spec: ValueSpec, nested: object) -> NDArray[Any]:
    shape = _lengths(spec, nested)
    try:
        leaves = [_leaf(spec, leaf) for leaf in _flat(nested, shape)]
        return np.array(leaves, spec.dtype).reshape(shape)
    except (ValueError, OverflowError) as error:
        raise VerifyError(
            f"the app's record: value '{name}': {error}; the contract states {spec}, so do not "
            "deploy this build"
        ) from error


def _lengths(spec: ValueSpec, nested: object) -> tuple[int, ...]:
    """Return the shape, N from the first list along its axis."""
    if None not in spec.shape:
        return tuple(n for n in spec.shape if n is not None)
    for _ in spec.shape[: spec.shape.index(None)]:
        nested = nested[0] if isinstance(nested, list) and nested else nested
    count = len(nested) if isinstance(nested, list) else 0
    return tuple(count if n is None else n for n in spec.shape)


def _flat(nested: object, shape: tuple[int, ...]) -> Iterator[object]:
    """Yield the items of nested lists; raises ValueError for another shape."""
    if not shape:
        yield nested
        return
    if not isinstance(nested, list) or len(nested) != shape[0]:
        found = f"a list of {len(nested)}" if isinstance(nested, list) else repr(nested)
        raise ValueError(f"found {found}; expected a list of {shape[0]}")
    for item in nested:
        yield from _flat(item, shape[1:])


def _leaf(spec: ValueSpec, leaf: object) -> object:
    if leaf is None and spec.dtype.startswith("float"):
        return np.nan
    if isinstance(leaf, bool) or not isinstance(leaf, _LEAVES[spec.dtype]):
        raise ValueError(f"found {leaf!r}")
    return leaf
