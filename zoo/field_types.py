"""Whether what was read from a file has the types that a dataclass states."""

import sys
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from itertools import chain

__all__ = ["mistyped"]

_LARGEST = sys.float_info.max


def mistyped(value: object, expected: object) -> str:
    """Return which part of a value is not as its annotation says, '' if all are.

    expected: a class, a dataclass, a union, or tuple, Mapping with the types of their items. An int
    that a float can hold also passes for one, a bool for nothing else.
    """
    return next(_wrong(value, expected, ""), "")


def _wrong(value: object, expected: object, name: str) -> Iterator[str]:
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin in (types.UnionType, typing.Union):
        if all(mistyped(value, one) for one in arguments):
            yield _told(name, value)
    elif origin is tuple:
        yield from _wrong_item(value, arguments, name)
    elif origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            yield _told(name, value)
            return
        keys, values = arguments
        yield from chain.from_iterable(
            chain(_wrong(key, keys, name), _wrong(item, values, f"{name}.{key}"))
            for key, item in value.items()
        )
    elif not _is(value, expected):
        yield _told(name, value)
    elif is_dataclass(expected):
        hints = _hints(typing.cast(type, expected))
        for field in fields(expected):
            inner = f"{name}.{field.name}" if name else field.name
            yield from _wrong(getattr(value, field.name), hints[field.name], inner)


def _wrong_item(value: object, arguments: tuple[object, ...], name: str) -> Iterator[str]:
    if not isinstance(value, tuple):
        yield _told(name, value)
        return
    is_open = len(arguments) > 1 and arguments[1] is Ellipsis
    expected = arguments[:1] * len(value) if is_open else arguments
    if len(expected) != len(value):
        yield _told(name, value)
        return
    for index, (item, one) in enumerate(zip(value, expected, strict=True)):
        yield from _wrong(item, one, f"{name}[{index}]")


def _is(value: object, expected: object) -> bool:
    if expected is None or expected is types.NoneType:
        return value is None
    if expected is float:
        return isinstance(value, float) or (type(value) is int and abs(value) <= _LARGEST)
    if expected is int:
        return type(value) is int
    return expected is object or isinstance(value, typing.cast(type, expected))


@cache
def _hints(kind: type) -> Mapping[str, object]:
    return typing.get_type_hints(kind)


def _told(name: str, value: object) -> str:
    return f"{name} is {str(value)[:40]!r}"
