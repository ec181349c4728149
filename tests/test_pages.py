"""Pages with typed blocks do what they say: the tutorials, and guides with commands and files."""

from pathlib import Path

import pytest
from made_once import made_once
from page_session import Block, blocks_of, copied_clone, follow, shows

ROOT = Path(__file__).parents[1]
PAGES = [
    page
    for page in sorted((ROOT / "docs").glob("*.md"))
    if any(block.is_typed for block in blocks_of(page))
]


@pytest.fixture
def cache(tmp_path_factory) -> Path:
    """The build cache that all pages share; its own locks keep them apart."""
    return made_once(tmp_path_factory, "cache-of-pages", Path.iterdir)


@pytest.mark.toolchain
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_can_be_followed(page, tmp_path, cache):
    blocks = blocks_of(page)
    session = follow(blocks, copied_clone(tmp_path / "edgezoo"), cache)
    assert session.status == 0, session.end
    for before, block, printed in zip(blocks, blocks[1:], session.printed, strict=False):
        if before.is_typed and block.language == "text":
            assert shows(block.text, printed), f"{page.name} says\n{block.text}\nbut\n{printed}"


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_files_to_save_are_named_in_the_text(page):
    """Viewers of repositories do not show a block's title."""
    for block in blocks_of(page):
        assert not block.title or f"`{block.title}`" in page.read_text(), block.title


def test_a_session_keeps_folder_and_files(tmp_path):
    blocks = [
        Block("sh", "", "mkdir here\ncd here\n"),
        Block("python", "hello.py", "print('it is', 6 * 7)\n"),
        Block("sh", "", "ls\ncat hello.py\n"),
        Block("text", "", "hello.py\nprint(...)\n"),
        Block("sh", "", "false\n"),
        Block("sh", "", "echo never\n"),
    ]
    session = follow(blocks, tmp_path, tmp_path)
    assert session.status == 1
    assert session.printed[2] == "hello.py\nprint('it is', 6 * 7)\n"
    assert shows(blocks[3].text, session.printed[2])
    assert not shows("hello.txt\nprint(...)\n", session.printed[2])
    assert "never" not in session.end
