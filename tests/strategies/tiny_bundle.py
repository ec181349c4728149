"""Bundles whose program is a shell script that answers as the generated apps do."""

from pathlib import Path

from zoo.artifact import Exactness
from zoo.bundle import BundledArtifact, BundledModel, Manifest, pack
from zoo.contract import Contract, TensorSpec
from zoo.digest import folder_digests

CONTRACT = Contract(TensorSpec("image", (3, 8, 8)), (TensorSpec("score", (1,)),), ())
TIMES = '{"min": 1.5, "p50": 2.0, "p95": 4.25}'
SUMMARY = f'{{"summary": {{"faces": 500, "watts": 2.5, "inference_ms": {TIMES}}}}}'
PROGRAM = f"""#!/bin/sh
case "$*" in
  --help) echo "  --threads N" ;;
  *--selftest*) echo "photo: score: largest difference 0, allowed 0: ok" ;;
  *) echo "$*" >"${{TMPDIR:-/tmp}}/words"; echo '{{}}'; echo '{SUMMARY}' ;;
esac
"""
SELFTEST = '#!/bin/sh\nexec app/app --selftest golden/selftest.txt "$@"\n'


def write_bundle(folder: Path, program: str | bytes = PROGRAM, scheme: str = "w8a8-asym") -> Path:
    """Write a bundle with that program below a folder and return the archive."""
    content = folder / "content"
    for name, text in {"app/app": program, "selftest": SELFTEST, "golden/photo.png": ""}.items():
        path = content / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o755)
    (content / "manifest.json").write_text(_manifest(content, scheme).to_json())
    pack(content, folder / "toy.board.ptq.tar.gz", "toy.board.ptq")
    return folder / "toy.board.ptq.tar.gz"


def _manifest(folder: Path, scheme: str) -> Manifest:
    return Manifest(
        target="board",
        executor="litert",
        app="cpp-toy",
        program="app/app",
        zoo_version="0.1.0",
        models=(BundledModel("toy", "ptq", scheme, CONTRACT.to_json(), ()),),
        artifacts=(BundledArtifact("t", "m", "h", "f", Exactness(1, "lsb", "ties"), 0.1),),
        golden=(("photo", "golden/photo.png", (1.0, 2.0, 30.0, 40.5)),),
        files=folder_digests(folder),
    )
