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


def test_near_names_come_first():
    assert suggest("x68", ["x86", "kv260"]) == "; did you mean x86?"
    assert suggest("board1", ["board2", "board3"]) == "; did you mean board3 or board2?"


def test_else_all_names_are_listed():
    assert suggest("zzz", ["x86", "kv260"]) == "; known: x86, kv260"
    assert suggest("zzz", []) == "; known: none"


def test_unknown_name():
    error = UnknownNameError("target", "x68", {"x86"})
    assert str(error) == "unknown target 'x68'; did you mean x86?"
    assert error.name == "x68"
