"""Bundles whose program is a shell script that answers as the generated apps do."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from zoo.artifact import Exactness, Memory
from zoo.bundle.bundle import (
    BundledArtifact,
    BundledChain,
    BundledModel,
    Manifest,
    pack,
    programs_of,
)
from zoo.contract import Contract, TensorSpec
from zoo.digest import folder_digests
from zoo.provenance.maker import Maker
from zoo.region_rule import RegionRule
from zoo.signature import SIGNATURE, SIGNER, SigningKey

CONTRACT = Contract(TensorSpec("image", (3, 8, 8)), (TensorSpec("score", (1,)),), ())
TIMES = '{"min": 1.5, "p50": 2.0, "p95": 4.25}'
METERS = '"watts": 2.5, "celsius": 61.5, "slowed": ["heat"]'
PARTS = '"parts_ms": {"detector": 3, "tracking": 0.5, "network": 1.25, "rest": 0.75}'
COUNTS = '"frames": 500, "faces": 1000'
BORDERS = '"steps_ms": {"p50": 0.125}, "inference_ms": {"p50": 2.5}'
SUMMARY = f'{{"summary": {{{COUNTS}, {METERS}, {PARTS}, {BORDERS}, "runtime_ms": {TIMES}}}}}'
PROGRAM = f"""#!/bin/sh
case "$*" in
  --help) echo "  --threads N  --power SENSOR  --heat PLACE" ;;
  *--selftest*) echo "photo: score: largest difference 0, allowed 0: ok" ;;
  *) echo "$*" >"${{TMPDIR:-/tmp}}/words"; echo '{{}}'; echo '{SUMMARY}' ;;
esac
"""
NOTHING: Mapping[str, str] = MappingProxyType({})
MEMORY = Memory(1000, 20, is_planned=False)
SELFTEST = '#!/bin/sh\nexec app/app --selftest golden/selftest.txt "$@"\n'


def write_bundle(
    folder: Path,
    program: str | bytes = PROGRAM,
    scheme: str = "w8a8-asym",
    more: Mapping[str, str] = NOTHING,
    detector: str = "",
    target: str = "board",
    key: SigningKey | None = None,
) -> Path:
    """Write a bundle with that program and more files below a folder; return the archive.

    detector: the name of a second model, '' for none.  key: that signs it.
    """
    content = folder / "content"
    files = {"app/app": program, "selftest": SELFTEST, "golden/photo.png": _photo(), **more}
    for name, text in files.items():
        path = content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o755)
    if key:
        (content / SIGNER).write_bytes(key.public.pem)
    manifest = replace(_manifest(content, scheme), target=target)
    if detector:
        manifest = _with_detector(manifest, detector)
    (content / "manifest.json").write_text(manifest.to_json())
    if key:
        (content / SIGNATURE).write_bytes(key.sign(manifest.to_json().encode()))
    pack(content, folder / "toy.board.ptq.tar.gz", "toy.board.ptq")
    return folder / "toy.board.ptq.tar.gz"


def _photo() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (8, 6)).save(buffer, "png")
    return buffer.getvalue()


def _manifest(folder: Path, scheme: str) -> Manifest:
    return Manifest(
        name="toy.board.ptq",
        target="board",
        executor="litert",
        app="cpp-toy",
        program="app/app",
        c_library="",
        zoo_version="0.1.0",
        makers=(Maker("edgezoo", "0.1.0", "ab" * 32, ("executor onnxruntime",)),),
        models=(BundledModel("toy", "ptq", scheme, CONTRACT.to_json(), ()),),
        artifacts=(BundledArtifact("t", "m", "h", "f", Exactness(1, "lsb", "ties"), 0.1, MEMORY),),
        golden=(("photo", "golden/photo.png", (1.0, 2.0, 30.0, 40.5)),),
        files=folder_digests(folder),
        programs=programs_of(folder),
    )


def _with_detector(manifest: Manifest, name: str) -> Manifest:
    return replace(
        manifest,
        models=(*manifest.models, replace(manifest.models[0], name=name)),
        artifacts=manifest.artifacts * 2,
        chain=BundledChain(RegionRule(), (("crowd", "golden/photo.png", (0.0, 0.0, 9.0, 9.0)),)),
    )
