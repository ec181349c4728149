"""An exception in a plugin names its distribution."""

import sys

import pytest

from zoo.blame import blame
from zoo.errors import PluginError, UsageError

MODULE = """
from zoo.errors import UsageError

def fail(call):
    call()

def divide():
    return 1 // 0

def refuse():
    raise UsageError("a wrong word")
"""


@pytest.fixture
def plugin(install):
    install("zoo-toys", "zoo_toys", MODULE)
    import zoo_toys

    return zoo_toys


def ours():
    return {}["no such key"]


def test_an_exception_in_a_plugin_names_its_distribution(plugin):
    with pytest.raises(PluginError) as raised, blame():
        plugin.divide()
    text = str(raised.value)
    assert text.startswith("plugin 'zoo_toys' (zoo-toys 1.0) failed in divide (")
    assert text.endswith(
        "zoo_toys.py:8): ZeroDivisionError: integer division or modulo by zero; repair or "
        "uninstall zoo-toys"
    )
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_a_plugin_does_not_end_the_program_with_success(plugin):
    with pytest.raises(PluginError, match=r"failed in fail \(.*\): SystemExit: 0; rep"), blame():
        plugin.fail(lambda: sys.exit(0))


def test_what_a_plugin_calls_is_on_its_account(plugin):
    with pytest.raises(PluginError, match=r"failed in fail \(.*zoo_toys.py:5\): KeyError"), blame():
        plugin.fail(ours)


def test_the_innermost_plugin_is_blamed(plugin, install):
    install("zoo-others", "zoo_others", MODULE)
    import zoo_others

    with pytest.raises(PluginError, match=r"^plugin 'zoo_others' \(zoo-others 1.0\)"), blame():
        plugin.fail(zoo_others.divide)


def test_known_errors_and_our_own_pass(plugin):
    with pytest.raises(UsageError, match=r"^a wrong word$"), blame():
        plugin.refuse()
    with pytest.raises(KeyError, match="no such key"), blame():
        ours()


def test_exceptions_of_nobody_pass():
    with pytest.raises(KeyError), blame():
        ours()


DESCRIBER = """
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.plugs import Describer

class Toy(Describer):
    name = "toy"
    suffix = ".toy"

    def describe(self, content, where):
        return {"sum": content[0] + content[1]}

TOY = Toy()

@hookimpl
def register_describers():
    return [Descriptor("toy", "zoo_toys:TOY")]
"""


def test_a_command_ends_with_the_distribution(install, zoo, tmp_path):
    install("zoo-toys", "zoo_toys", DESCRIBER)
    (tmp_path / "full.toy").write_bytes(b"ab")
    (tmp_path / "empty.toy").touch()
    assert zoo("show", "full.toy").exception is None
    error = zoo("show", "empty.toy").exception
    assert str(error).startswith("plugin 'zoo_toys' (zoo-toys 1.0) failed in Toy.describe (")
    assert "IndexError: index out of range" in str(error)


def test_an_exception_without_a_text_is_its_type(plugin):
    def stop():
        raise NotImplementedError

    with pytest.raises(PluginError, match=r"\): NotImplementedError; repair or"), blame():
        plugin.fail(stop)
