"""What MkDocs is told beyond mkdocs.yml: pages from outside of docs, and links between all of them.

MkDocs calls the functions on_...: https://www.mkdocs.org/user-guide/configuration/#hooks
"""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from pymdownx.slugs import slugify

ROOT = Path(__file__).resolve().parents[1]
_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(([^()\s#:]+)(#[^()\s]*)?\)")


def outside_pages() -> Mapping[str, str]:
    """Return the site's names of pages outside of docs, by their files in the repository."""
    examples = sorted(file.parent.name for file in ROOT.glob("examples/*/README.md"))
    return {
        "README.md": "index.md",
        "CONTRIBUTING.md": "contributing.md",
        "CHANGELOG.md": "changelog.md",
        "SECURITY.md": "security.md",
        **{f"examples/{name}/README.md": f"examples/{name}.md" for name in examples},
    }


def on_config(config: MkDocsConfig) -> None:
    """Name anchors as repositories' viewers do, so that links hold in both."""
    config.mdx_configs["toc"]["slugify"] = slugify(case="lower")


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the pages from outside of docs."""
    for source, name in outside_pages().items():
        text = (ROOT / source).read_text("utf-8")
        files.append(File.generated(config, name, content=text))


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Return a page whose links lead to the site's pages; links to sources become their text."""
    del config
    if page.file.src_uri == "index.md":
        page.meta["hide"] = ["navigation"]  # it would be a single line
    return site_text(markdown, page.file.src_uri, {file.src_uri for file in files})


def site_text(markdown: str, name: str, known: set[str]) -> str:
    """Return a page's text with links as the site needs them. known: the site's files.

    A link named after its page's file is named after the page's heading instead.
    """
    outside = outside_pages()
    own = {site: source for source, site in outside.items()}.get(name, f"docs/{name}")

    def link(match: re.Match[str]) -> str:
        picture, text, target, anchor = match.groups("")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(own), target))
        site = outside.get(path, path.removeprefix("docs/"))
        if site not in known and (ROOT / path).exists():
            return text
        text = _heading(ROOT / path) if text.endswith(".md") else text
        return f"{picture}[{text}]({posixpath.relpath(site, posixpath.dirname(name))}{anchor})"

    return _LINK.sub(link, markdown)


def _heading(page: Path) -> str:
    return page.read_text("utf-8").partition("# ")[2].partition("\n")[0]
