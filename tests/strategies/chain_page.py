"""A page for browsers of the chain in `c_chain`."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from c_chain import PHOTOS, chain_request
from spot_app import TRACK, save

from codegen.chromium import Tab
from codegen.page_run import READY
from zoo.plugs import AppRequest
from zoo.recipe import GoldenInput

__all__ = ["BOX", "BuiltPage", "dropped", "open_page", "page_request"]

BOX = (20.0, 40.0, 40.0, 40.0)


@dataclass(frozen=True)
class BuiltPage:
    """file: the page.  artifacts: the folder of its networks.  photos: those of PHOTOS."""

    file: Path
    artifacts: Path
    photos: tuple[Path, ...]


def page_request(folder: Path) -> AppRequest:
    """Return a request with steps over time and examples, whose files are in a folder."""
    chain = chain_request(folder)
    photos = [save(folder / f"photo{index}.png", photo) for index, photo in enumerate(PHOTOS)]
    return replace(
        chain,
        contract=replace(chain.contract, track=TRACK),
        notice="for tests only",
        golden=tuple(GoldenInput(photo.stem, photo, BOX) for photo in photos[:2]),
    )


def open_page(tab: Tab, address: str) -> None:
    """Open a page in a tab, whose notes begin anew."""
    tab.open("about:blank", "true")
    tab.problems.clear()
    tab.requests.clear()
    tab.open(address, READY)


def dropped(photo: Path) -> str:
    """Return a script that drops a file on the page."""
    content = json.dumps(list(photo.read_bytes()))
    return f"""(() => {{
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from({content})], "a.png", {{ type: "image/png" }}));
      dispatchEvent(new DragEvent("drop", {{ dataTransfer: data, cancelable: true }}));
    }})()"""
