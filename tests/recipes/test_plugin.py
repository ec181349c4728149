"""The family is found by its folder, without importing anything heavy."""

import subprocess
import sys

from recipes.plugin import register_recipes
from zoo import registry


def test_every_variant_is_registered() -> None:
    names = registry.names("recipe")
    for width in ("0.25", "0.5", "0.75", "1.0"):
        for data in ("300w68", "wflw98"):
            assert {f"pfld_{width}x.{data}", f"pfld_{width}x.{data}+pose"} <= set(names)


def test_names_lead_to_their_recipes() -> None:
    for descriptor in register_recipes():
        assert registry.load("recipe", descriptor.name).name == descriptor.name


def test_the_family_name_is_the_published_default() -> None:
    assert registry.load("recipe", "pfld").name == "pfld_1.0x.300w68"


def test_listing_imports_nothing_heavy() -> None:
    program = (
        "import sys; from recipes.plugin import register_recipes; list(register_recipes());"
        "print(sorted({'numpy', 'onnx', 'torch', 'rich', 'PIL'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
