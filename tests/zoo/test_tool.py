import sys

import pytest

from zoo.tool import Tool, find_tool


def tool(kind, *candidates):
    return Tool("toy", kind, candidates, "tests", "apt install toy")


@pytest.mark.parametrize(
    ("kind", "present"), [("program", "sh"), ("file", sys.executable), ("module", "json")]
)
def test_first_candidate_that_is_there(kind, present):
    found = find_tool(tool(kind, "no-such-thing", present))
    assert found.endswith(present)
    assert find_tool(tool(kind, "no-such-thing")) == ""
