import pytest

from zoo import registry
from zoo.bundle.spdx import is_expression, is_listed


@pytest.mark.parametrize(
    "text",
    [
        "MIT",
        "MIT OR Unlicense",
        "Apache-2.0 WITH LLVM-exception",
        "LicenseRef-300W-research",
        "DocumentRef-a:LicenseRef-b AND (MIT OR BSD-3-Clause)",
    ],
)
def test_expressions(text):
    assert is_expression(text)
    assert is_listed(text) == (text == "MIT")


@pytest.mark.parametrize("text", ["", "Foo", "MIT OR", "MIT/BSD", "LicenseRef-a b", "LicenseRef-"])
def test_other_texts(text):
    assert not is_expression(text)


def test_every_built_in_licence_is_an_expression():
    recipes = [registry.load("recipe", name) for name in registry.names("recipe")]
    found = {licence.identifier for recipe in recipes for licence in recipe.licences}
    assert found
    assert not [text for text in found if not is_expression(text)]


@pytest.mark.toolchain
@pytest.mark.parametrize("app", registry.names("app"))
def test_every_library_of_an_app_has_an_expression(app):
    for library in registry.load("app", app).libraries():
        assert is_expression(library.licence), library.name
