import sys

import pytest

from codegen.compiler_call import call_compiler
from zoo.errors import ToolchainError


def test_it_runs():
    call_compiler([sys.executable, "-c", ""], "nothing")


def test_missing_compiler():
    message = r"building a thing failed: /no/such/g\+\+ cannot be started \(No such file or"
    with pytest.raises(ToolchainError, match=message):
        call_compiler(["/no/such/g++", "a.cpp"], "a thing")


def test_the_end_of_the_messages_is_quoted():
    script = "import sys; sys.exit('\\n'.join(map(str, range(99))))"
    with pytest.raises(ToolchainError) as raised:
        call_compiler([sys.executable, "-c", script], "a thing")
    text = str(raised.value)
    assert text.startswith(f"building a thing failed: {sys.executable} -c import sys; ")
    assert text.endswith("\n97\n98")
    assert "\n50\n" not in text
