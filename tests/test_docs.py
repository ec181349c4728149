"""What the documents name is there."""

import importlib
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
import yaml

from zoo import __version__, hookspecs, registry
from zoo.build.pipeline import STAGES
from zoo.cli.main import COMMANDS, cli
from zoo.contract import Contract
from zoo.data.processing import rehearse

ROOT = Path(__file__).parents[1]
FOLDERS = (".", "docs", "examples/*", "tests/plugins/*")
PAGES = sorted(page for folder in FOLDERS for page in ROOT.glob(f"{folder}/*.md"))
MAKEFILE = (ROOT / "Makefile").read_text()
MADE = {"app/", "app/index.html", "lib/", "model/", "golden/", "licences/"} | {
    "dist/astronaut.png",
    "site/",
    "seen/photo.png",
    "/dev/video0",
}


def words_of(page: Path) -> list[list[str]]:
    """Return every command line of a page: indented by four, or `zoo ...` and `make ...` inline."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    lines = re.findall(r"^    ((?:zoo|make) [^\n#]*)", text, re.MULTILINE)
    lines += re.findall(r"`((?:zoo|make) [^`]*)`", text)
    return [shlex.split(line) for line in lines]


def lines_of(program: str) -> list[tuple[str, list[str]]]:
    return [
        (page.relative_to(ROOT).as_posix(), words[1:])
        for page in PAGES
        for words in words_of(page)
        if words[0] == program
    ]


@pytest.mark.parametrize(("page", "words"), lines_of("zoo"))
def test_commands_and_options_exist(page, words):
    if words[0].startswith("-"):
        assert words == ["--help"], page
        return
    assert words[0] in COMMANDS, page
    command = cli.get_command(click.Context(cli), words[0])
    if words[0] == "run":
        return  # what follows is the app's
    if isinstance(command, click.Group):
        command = command.commands[words[1]]
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, page


@pytest.mark.parametrize(("page", "words"), lines_of("make"))
def test_make_targets_exist(page, words):
    for word in words:
        name, equals, _ = word.partition("=")
        known = rf"^{name} \?=" if equals else rf"^{name}: .*## "
        assert re.search(known, MAKEFILE, re.MULTILINE), (page, word)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_exist(page):
    text = page.read_text()
    named = set(re.findall(r"`([\w./-]+/[\w./-]*)`", text))
    linked = set(re.findall(r"\]\(([^)#:]+)\)", text))
    saved = set(re.findall(r'^```\w+ title="([^"]+)"', text, re.MULTILINE))
    for name in (named - MADE - saved) | linked:
        places = (ROOT / name, page.parent / name)
        assert any(place.exists() for place in places), f"{page.name}: {name}"


def test_hooks_are_documented():
    text = (ROOT / "docs" / "plugins.md").read_text()
    rows = dict(re.findall(r"^\| `(register_\w+)` \|.*\| (.*) \|$", text, re.MULTILINE))
    assert set(rows) == {name for name in vars(hookspecs) if name.startswith("register_")}
    for cell in rows.values():
        for dotted in re.findall(r"`([\w.]+)`", cell):
            module, _, name = dotted.rpartition(".")
            assert hasattr(importlib.import_module(module), name), dotted


def test_stages_are_documented_in_order():
    text = (ROOT / "docs" / "how-a-build-works.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE) == [stage.name for stage in STAGES]


def test_steps_are_documented_with_their_parameters():
    text = (ROOT / "docs" / "contract.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) ?\|", text, re.MULTILINE))
    steps = {name: registry.load("step", name) for name in registry.names("step")}
    assert set(rows) == set(steps)
    for name, step in steps.items():
        assert re.findall(r"`(\w+)`", rows[name]) == list(step.parameters), name


def test_command_line_reference_is_current():
    script = ROOT / "scripts" / "cli_reference.py"
    code = f"import runpy; print(runpy.run_path({str(script)!r})['reference']())"
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    kept = (ROOT / "docs" / "cli.md").read_text()
    assert fresh.stdout.split() == kept.split(), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_toml_in_documents_can_be_read(page, tmp_path):
    for text in re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL):
        if "outputs" in tomllib.loads(text):
            (tmp_path / "contract.toml").write_text(text)
            rehearse(Contract.from_toml(tmp_path / "contract.toml"))


def test_every_page_is_in_the_sites_navigation():
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    listed = re.findall(r"[\w./-]+\.md", str(nav))
    missing = {page.name for page in (ROOT / "docs").glob("*.md")} - set(listed)
    assert not missing, (
        f"{sorted(missing)} of docs are in no section of the navigation: for each, add a line "
        "'- Title: PAGE.md' to nav in mkdocs.yml, in one of its four sections: Tutorials, "
        "How-to guides, Reference, Explanation"
    )
    assert len(listed) == len(set(listed)), "mkdocs.yml's nav has a page twice"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lists_read_the_same_in_the_site(page):
    """Python-Markdown wants an empty line before a list, and four spaces for an item's blocks."""
    text = re.sub(r"^( *)```.*?^ *```$", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    item = r"(?:[-*+]|\d+\.) "
    assert not re.findall(rf"^(?! |{item}).+\n(?={item})", text, re.MULTILINE), page
    assert not re.findall(r"\n\n {1,3}\S.*", text), page


def test_changelog_has_this_version():
    sections = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert sections[0] == "Unreleased"
    assert __version__ in sections
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == __version__


def test_readme_begins_with_two_commands():
    first = re.search(r"((?:^    .*\n)+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert first is not None
    assert first[1].split("\n")[:2] == ["    make x86", "    make test"]
