"""The C++ program and Python read the same pixels of every kind of picture, or refuse it both."""

import io
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_once import made_once
from picture_bytes import CHANNELS, bmp, exif, jpeg_segments, png, png_chunk
from PIL import Image

from codegen.templates import TEMPLATES
from codegen.vendored import vendored_sources
from recipes import shelf
from zoo import steps
from zoo.errors import DataError
from zoo.picture import read_picture

RNG = np.random.default_rng(0)
HEIGHT, WIDTH = 3, 5
CPP = TEMPLATES / "cpp"
SOURCES = tuple(
    f"core/{name}.cpp"
    for name in ("image_file", "jpeg_tables", "picture_header", "files", "input_file", "stop")
)
PHOTO = RNG.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
PORTRAIT = Path(shelf.__path__[0], "portrait", "astronaut_small.png")
PALETTE = RNG.integers(0, 256, (256, 3), np.uint8)


@pytest.fixture(scope="session")
def program(cpp_tools, tmp_path_factory) -> Path:  # noqa: ARG001
    """The program's own reader under AddressSanitizer and UndefinedBehaviorSanitizer."""

    def make(folder: Path) -> None:
        folders = (CPP, Path(steps.__path__[0]).parent)
        flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
        flags += ["-fwrapv", *(f"-I{place}" for place in folders), "-isystem", str(folder)]
        for name in ("stb_image.h", "stb_image_write.h"):
            (folder / name).write_bytes(vendored_sources()[f"third_party/stb/{name}"])
        sources = [Path(__file__).with_name("picture_reader.cpp"), *(CPP / s for s in SOURCES)]
        command = ["g++", "-std=c++17", *flags, *map(str, sources), "-o", str(folder / "reader")]
        subprocess.run(command, check=True)

    return made_once(tmp_path_factory, "picture_reader", make) / "reader"


@pytest.fixture
def both(program, tmp_path):
    """Return both(content) -> what Python and the program read, or why not."""

    def read(content):
        path = tmp_path / "picture.png"
        path.write_bytes(content)
        finished = subprocess.run(
            [program, path], capture_output=True, encoding="utf-8", errors="replace", check=True
        )
        first, _, rest = finished.stdout.rstrip("\n").partition(" ")
        found = read_or_why_not(path)
        assert isinstance(found, str) == (first == "no"), f"one refuses it: {found!r}, {rest}"
        if first == "no":
            return found, rest
        width, _, pixels = rest.partition(" ")
        shape = int(first), int(width), 3
        return found, np.frombuffer(bytes.fromhex(pixels), np.uint8).reshape(shape)

    return read


def read_or_why_not(path):
    try:
        return read_picture(path)
    except DataError as error:
        return str(error)


def assert_read(found, expected):
    for image in found:
        assert not isinstance(image, str), image
        np.testing.assert_array_equal(image, expected)


def as_rgb(samples, bits, colour):
    """Return the meaning of samples: upper 8 of 16 bits, no opacity."""
    if colour == 3:
        return PALETTE[samples[..., 0]]
    eight = samples >> 8 if bits == 16 else samples * (255 // (2**bits - 1))
    return np.broadcast_to(eight[..., : 3 if CHANNELS[colour] > 2 else 1], (HEIGHT, WIDTH, 3))


KINDS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
TRANSPARENT = {0: b"\0\1", 2: b"\0\1\0\2\0\3", 3: bytes(2)}


@pytest.mark.parametrize(
    ("colour", "bits"), [(colour, bits) for colour, all_bits in KINDS.items() for bits in all_bits]
)
@pytest.mark.parametrize("transparent", [False, True])
def test_png(both, colour, bits, transparent):
    samples = RNG.integers(0, 2**bits, (HEIGHT, WIDTH, CHANNELS[colour]), np.uint32)
    chunks = [(b"PLTE", PALETTE[: 2**bits].tobytes())] if colour == 3 else []
    if transparent and colour in TRANSPARENT:
        chunks.append((b"tRNS", TRANSPARENT[colour]))
    assert_read(both(png(samples, bits, colour, *chunks)), as_rgb(samples, bits, colour))


def saved(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16"])
@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "PPM", "TIFF", "WEBP", "GIF"])
def test_whatever_pillow_writes_is_read_alike_or_refused_by_both(both, mode, form):
    image = Image.fromarray(PHOTO).convert("L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) << 8)
    try:
        content = saved(image, form)
    except (OSError, ValueError):
        pytest.skip(f"Pillow writes no {form} of {mode}")
    python, cpp = both(content)
    if isinstance(python, str):
        assert "save it again as PNG, JPEG, BMP or PPM" in python
        assert "save it again as PNG, JPEG, BMP or PPM" in cpp
    elif form == "JPEG":
        assert np.abs(python.astype(int) - cpp).max() <= 3  # two decoders
    else:
        np.testing.assert_array_equal(python, cpp)


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
@pytest.mark.parametrize("quality", [30, 95])
def test_jpeg_of_a_photo_differs_by_little(both, subsampling, quality):
    """By what docs/pictures.md states; the decoders round their sums otherwise."""
    small = read_picture(PORTRAIT)
    content = saved(Image.fromarray(small), "JPEG", quality=quality, subsampling=subsampling)
    python, cpp = both(content)
    difference = np.abs(python.astype(int) - cpp)
    assert difference.max() <= 3
    assert difference.mean() <= 0.2


TURNS = {
    1: PHOTO,
    2: PHOTO[:, ::-1],
    3: PHOTO[::-1, ::-1],
    4: PHOTO[::-1],
    5: PHOTO.transpose(1, 0, 2),
    6: np.rot90(PHOTO, -1),
    7: np.rot90(PHOTO, 2).transpose(1, 0, 2),
    8: np.rot90(PHOTO),
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation_of_png(both, orientation, order):
    chunk = (b"eXIf", exif(orientation, order))
    expected = TURNS[orientation]
    assert_read(both(png(PHOTO, 8, 2, chunk)), expected)
    assert_read(both(png(PHOTO, 8, 2, after=[chunk])), expected)


@pytest.mark.parametrize("orientation", TURNS)
def test_orientation_of_jpeg_is_pillows(both, orientation):
    from PIL import ImageOps

    plain = saved(Image.fromarray(np.kron(PHOTO, np.ones((8, 8, 1), np.uint8))), "JPEG")
    content = jpeg_segments(
        plain, b"http://ns.adobe.com/xap/1.0/\0", b"Exif\0\0" + exif(orientation)
    )
    python, cpp = both(content)
    with Image.open(io.BytesIO(content)) as image:
        np.testing.assert_array_equal(python, np.asarray(ImageOps.exif_transpose(image)))
    assert np.abs(python.astype(int) - cpp).max() <= 3


def test_jpeg_without_its_tables_has_the_usual_ones(both):
    whole = jpeg()
    place, content = whole.index(b"\xff\xc4"), whole
    while content[place : place + 2] == b"\xff\xc4":
        (length,) = struct.unpack(">H", content[place + 2 : place + 4])
        content = content[:place] + content[place + 2 + length :]
    assert len(content) < len(whole)
    for found, expected in zip(both(content), both(whole), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    "tiff",
    [
        b"",
        b"II",
        b"XX*\0" + exif(6)[4:],
        exif(6)[:20],
        exif(0),
        exif(9),
        exif(6, kind=4),
        bytes(40),
    ],
)
def test_what_is_no_orientation_turns_nothing(both, tiff):
    assert_read(both(png(PHOTO, 8, 2, (b"eXIf", tiff))), PHOTO)


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize("bits", [1, 4, 8, 24, 32])
def test_bmp(both, bits, top_down):
    if bits <= 8:
        palette = np.concatenate([PALETTE[: 2**bits, ::-1], np.zeros((2**bits, 1), np.uint8)], 1)
        samples = RNG.integers(0, 2**bits, (HEIGHT, WIDTH), np.uint8)
        each = np.unpackbits(samples[..., None], axis=2)[..., 8 - bits :].reshape(HEIGHT, -1)
        rows, expected = np.packbits(each, axis=1), PALETTE[samples]
    else:
        palette, expected = np.zeros(0, np.uint8), PHOTO
        opaque = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
        pixels = np.concatenate([PHOTO[..., ::-1], opaque], 2)[..., : bits // 8]
        rows = pixels.reshape(HEIGHT, -1)
    stored = [row.tobytes() for row in (rows if top_down else rows[::-1])]
    found = both(bmp(stored, WIDTH, bits, palette.tobytes(), top_down=top_down))
    assert_read(found, expected)


@pytest.mark.parametrize("head", [b"P6\n5 3\n255\n", b"P6\n#by hand\n# at home\n5 3\t255 "])
def test_ppm(both, head):
    assert_read(both(head + PHOTO.tobytes()), PHOTO)
    gray = head.replace(b"P6", b"P5") + PHOTO[..., 0].tobytes()
    assert_read(both(gray), np.repeat(PHOTO[..., :1], 3, axis=2))


def cmyk():
    return saved(Image.fromarray(PHOTO).convert("CMYK"), "JPEG")


def jpeg():
    return saved(Image.fromarray(PHOTO), "JPEG")


PNG = png(PHOTO, 8, 2)
REFUSED = {
    "its format is unknown": [b"", b"\0\5\x16\7", b"hello", b"GIF89a"],
    "the file is truncated": [
        PNG[:-3],
        PNG[:40],
        b"\xff\xd8",
        jpeg()[:-2],
        bmp([bytes(15)] * 3, 5, 24)[:-1],
        b"P6 5 3 255 " + bytes(44),
    ],
    "is damaged": [
        PNG[:50] + b"\0" + PNG[51:],
        PNG[:8] + png_chunk(b"IEND", b""),
        b"P6 5 3",
        b"P6\n5",
        b"P6#5\n5 3 255 ",
    ],
    "it is a JPEG of 4 channels of unknown meaning; save it as RGB": [
        cmyk().replace(b"Adobe", b"adobe")
    ],
    "it is a lossless or arithmetic JPEG": [jpeg().replace(b"\xff\xc0", b"\xff\xc9")],
    "it is an unsupported kind of BMP": [bmp([bytes(10)] * 3, 5, 16)],
    "its largest value is 65535; it must be 255": [b"P6 5 3 65535 " + bytes(90)],
    "it has no pixels": [png(PHOTO[:0], 8, 2), b"P6 0 3 255 "],
    "it has 16384 x 8193 pixels, at most 134217728 are supported; make it smaller": [
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 16384, 8193, 8, 2, 0, 0, 0))
        + png_chunk(b"IEND", b"")
    ],
}


@pytest.mark.parametrize(
    ("reason", "content"), [(reason, content) for reason in REFUSED for content in REFUSED[reason]]
)
def test_what_is_refused_by_both_and_why(both, reason, content):
    for message in both(content):
        assert isinstance(message, str), "it was read"
        assert reason in message
        assert message.endswith("; save it again as PNG, JPEG, BMP or PPM")


@given(st.data())
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_a_damaged_file_is_refused_by_both_or_read_alike(both, data):
    content = data.draw(st.sampled_from([PNG, bmp([bytes(15)] * 3, 5, 24)]))
    at = data.draw(st.integers(0, len(content) - 1))
    damaged = content[:at] + bytes([data.draw(st.integers(0, 255))]) + content[at + 1 :]
    python, cpp = both(damaged)
    if not isinstance(python, str):
        np.testing.assert_array_equal(python, cpp)
