import re

import pytest

from zoo import errors
from zoo.errors import ToolchainError, UnknownNameError, UsageError, ZooError, suggest


def test_tree_in_the_docstring_is_the_tree():
    tree = re.findall(r"^[│ ]*[├└]── (\w+)|^(ZooError)", errors.__doc__, re.MULTILINE)
    drawn = {name or root for name, root in tree}
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, ZooError)
    }
    assert drawn == classes


@pytest.mark.parametrize(
    ("kind", "status"), [(ZooError, 1), (UsageError, 2), (UnknownNameError, 2), (ToolchainError, 3)]
)
def test_exit_status(kind, status):
    assert kind.exit_status == status


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("x68", ["x86", "kv260"], "x86"),
        ("board1", ["board2", "board3"], "board2 or board3"),
        ("KV26", ["x86", "kv260"], "kv260"),
        ("contact", ["conv", "concat", "clip"], "concat"),
        ("rtx4070", ["rtx40", "rtx4060", "x86"], "rtx4060 or rtx40"),
        ("jetson", ["x86", "jetson-orin-nano", "jetson-nano"], "jetson-nano or jetson-orin-nano"),
        ("a", ["abcde", "fghij", "b"], ""),
        ("ConvTranspose", ["Transpose", "Conv"], ""),
        ("raspberry", ["rpi4", "android"], ""),
        ("int8", ["fp16", "int16x8"], ""),
    ],
)
def test_only_near_names_are_suggested(name, known, near):
    wanted = f"; did you mean {near}?" if near else f"; known: {', '.join(known)}"
    assert suggest(name, known) == wanted


def test_else_all_names_are_listed():
    assert suggest("zzz", ["x86", "kv260"]) == "; known: x86, kv260"
    assert suggest("zzz", map(str, range(25))).endswith("18, 19, ... (25 in all)")
    assert suggest("zzz", []) == "; known: none"


def test_unknown_name():
    error = UnknownNameError("target", "x68", {"x86"})
    assert str(error) == "unknown target 'x68'; did you mean x86?"
    assert error.name == "x68"
