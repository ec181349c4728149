"""Flash packages: read as the flasher does, the same bytes every time, no damage unnoticed."""

import io
import json
import re
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.bundle.kfpkg import FLASH_BYTES, FlashFile, pack_kfpkg, read_kfpkg
from zoo.errors import ArtifactError

FIRMWARE = FlashFile(0, "firmware.bin", b"\x13\x00" * 5000, is_firmware=True)
NETWORK = FlashFile(0x300000, "network.kmodel", bytes(range(256)) * 30)
PACKAGE = pack_kfpkg([NETWORK, FIRMWARE], "two.kfpkg")


def zipped(files: dict[str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def listing(*files: dict[str, object], version: str = "0.1.0") -> str:
    return json.dumps({"version": version, "files": files})


def test_the_flasher_finds_addresses_files_and_prefixes():
    with zipfile.ZipFile(io.BytesIO(PACKAGE)) as archive:
        # kflash 1.1.6, process(): addresses become texts, which may be hexadecimal.
        text = re.sub(
            r'"address": (.*),', r'"address": "\1",', archive.read("flash-list.json").decode()
        )
        contents = {name: archive.read(name) for name in archive.namelist()}
    listed = json.loads(text)
    assert listed["version"] == "0.1.0"
    assert listed["files"] == [
        {"address": "0", "bin": "firmware.bin", "sha256Prefix": True},
        {"address": "3145728", "bin": "network.kmodel", "sha256Prefix": False},
    ]
    assert contents["firmware.bin"] == FIRMWARE.content
    assert contents["network.kmodel"] == NETWORK.content


def test_the_order_of_files_does_not_matter():
    assert pack_kfpkg([FIRMWARE, NETWORK], "two.kfpkg") == PACKAGE


contents = st.binary(min_size=1, max_size=9000)


@given(contents, contents, st.integers(3, 4000), st.booleans())
def test_what_is_written_is_read(first, second, sector, is_firmware):
    files = (
        FlashFile(0, "a.bin", first, is_firmware),
        FlashFile(4096 * sector, "b.kmodel", second),
    )
    assert read_kfpkg(pack_kfpkg(files, "x.kfpkg"), "x.kfpkg") == files


@given(st.integers(0, len(PACKAGE) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(place, mask):
    damaged = bytearray(PACKAGE)
    damaged[place] ^= mask
    with suppress(ArtifactError):
        assert read_kfpkg(bytes(damaged), "x.kfpkg") == (FIRMWARE, NETWORK)


@given(st.integers(0, len(PACKAGE) - 1))
def test_a_cut_package_is_refused(length):
    with pytest.raises(ArtifactError, match="is damaged, or not a flash package"):
        read_kfpkg(PACKAGE[:length], "x.kfpkg")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["version", "files", "address", "bin", "sha256Prefix"]), inner
            )
        ),
    )
)
def test_any_other_listing_is_refused(listed):
    with pytest.raises(ArtifactError):
        read_kfpkg(zipped({"flash-list.json": json.dumps(listed)}), "x.kfpkg")


ENTRY = {"address": 0, "bin": "a.bin", "sha256Prefix": False}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.bin": "a"}, "has no flash-list.json, so it is not a flash package"),
        ({"flash-list.json": "{"}, "is damaged"),
        ({"flash-list.json": listing()}, "holds no file to flash"),
        ({"flash-list.json": listing(ENTRY, version="2"), "a.bin": "a"}, "in version 0.1.0"),
        ({"flash-list.json": listing(ENTRY)}, "has no 'a.bin', which it lists"),
        ({"flash-list.json": listing({**ENTRY, "address": "0"}), "a.bin": "a"}, "has the entry"),
        ({"flash-list.json": listing({**ENTRY, "address": True}), "a.bin": "a"}, "has the entry"),
        (
            {"flash-list.json": listing(ENTRY), "a.bin": "a", "b.bin": "b"},
            "flash-list.json does not list 'b.bin'",
        ),
        ({"flash-list.json": listing({**ENTRY, "address": 1}), "a.bin": "a"}, "does not fit"),
        ({"flash-list.json": listing({**ENTRY, "address": -4096}), "a.bin": "a"}, "does not fit"),
        ({"flash-list.json": listing(ENTRY), "a.bin": ""}, "'a.bin' is empty"),
    ],
)  # fmt: skip
def test_bad_packages_are_refused_by_name(files, message):
    with pytest.raises(ArtifactError, match=f"^x.kfpkg: .*{re.escape(message)}"):
        read_kfpkg(zipped(files), "x.kfpkg")


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "holds no file to flash; it needs a firmware or a network"),
        ([FIRMWARE, FlashFile(8192, "b", b"b")], "reaches to 0x3000, over 'b' at 0x2000"),
        ([FlashFile(4096, "a", b"a", is_firmware=True)], "the boot ROM reads from 0"),
        ([FlashFile(FLASH_BYTES - 4096, "a", bytes(4097))], "does not fit"),
        ([FlashFile(0, "../a", b"a")], "the name '../a' is not that of a file"),
        ([FlashFile(0, "flash-list.json", b"a")], "is not that of a file"),
        ([FlashFile(0, "a", b"a"), FlashFile(4096, "a", b"a")], "two of its files have one name"),
    ],
)  # fmt: skip
def test_what_the_flash_cannot_hold_is_not_written(files, message):
    with pytest.raises(ArtifactError, match=f"^x.kfpkg: .*{re.escape(message)}"):
        pack_kfpkg(files, "x.kfpkg")


def test_a_bomb_is_not_unpacked():
    bomb = zipped({"flash-list.json": listing(ENTRY), "a.bin": bytes(FLASH_BYTES)})
    with pytest.raises(ArtifactError, match="holds more than the flash's 16,777,216 bytes"):
        read_kfpkg(bomb, "x.kfpkg")
