"""A root of its own with an unpacked bundle, where install.sh runs; systemctl tells its words."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from spot_app import CONTRACT, TARGET
from tiny_bundle import write_bundle

from codegen.apps.kria import CPP_VART
from codegen.apps.nvidia import CPP_TENSORRT
from codegen.apps.pc import CPP_ONNXRUNTIME
from codegen.apps.raspberry_pi import CPP_C_ARM
from zoo.plugs import AppRequest
from zoo.signature import SigningKey

APPS = {
    "x86": CPP_ONNXRUNTIME,
    "rpi4": CPP_C_ARM,
    "kv260": CPP_VART,
    "jetson-nano": CPP_TENSORRT,
}
MADE_LATER = {"kv260": ("model.bin",), "jetson-nano": ("model.engine",)}
"""Networks in model/ that are compiled after a bundle was made."""
UNITS = Path("/etc/systemd/system")
PROGRAM = """#!/bin/sh
case "$*" in
  --help) ;;
  *--selftest*) echo "self-test of VERSION"; [ VERSION != broken ] ;;
  *) echo VERSION ;;
esac
"""


def _script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@dataclass(frozen=True)
class Machine:
    """A machine with an unpacked bundle, and the stand-ins for its tools in bin/."""

    folder: Path
    target: str

    @property
    def name(self) -> str:
        """Return the bundle's name."""
        return f"spot+pose.{self.target}.ptq"

    @property
    def unit(self) -> str:
        """Return the name of its service."""
        return f"zoo-spot_pose.{self.target}.ptq.service"

    def bundle(self, version: str, key: SigningKey | None = None) -> Path:
        """Write an unpacked bundle whose program tells its version. key: that signs it."""
        facts = {"bundle": self.name, "quantization": "ptq", "notice": "", "c_library": "2.28"}
        facts["signer"] = key.public.fingerprint if key else ""
        request = AppRequest("spot", TARGET, CONTRACT, "model.bin")
        companions = APPS[self.target].companions(request, facts)
        more = {
            **{name: content.decode() for name, content in companions.items()},
            "certificate.json": "{}",
            "model/model.onnx": "network",
            "model/arch.json": '{"fingerprint": "0x1"}',
            "lib/file": "library",
            "licences/code.txt": "licence",
            "app/src/adapter/build.sh": "#!/bin/sh\n",
        }
        program = PROGRAM.replace("VERSION", version)
        write_bundle(self.folder / version, program, more=more, key=key)
        for name in MADE_LATER.get(self.target, ()):
            (self.folder / version / "content" / "model" / name).touch()
        return self.folder / version / "content"

    def run(self, after: str, *words: object, **environment: str) -> subprocess.CompletedProcess:
        """Run install.sh with words in a root of its own, then a script; as root there."""
        inner = 'mount -t tmpfs tmpfs /etc && mkdir -p "$UNITS" && { "$@" || exit; } && ' + after
        return subprocess.run(
            ["unshare", "-rm", "sh", "-c", inner, "sh", "sh", *map(str, words)],
            env={
                "PATH": f"{self.folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "UNITS": str(UNITS),
                **environment,
            },
            cwd=self.folder,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


def make_machine(folder: Path, target: str) -> Machine:
    """Return a machine in a folder; skips the test where no root of its own is to be had."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare: apt install util-linux")
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("unshare cannot mount here: user namespaces are off")
    is_arm = target in ("rpi4", "kv260")
    _script(folder / "bin" / "uname", f"#!/bin/sh\necho {'aarch64' if is_arm else 'x86_64'}\n")
    _script(folder / "bin" / "systemctl", '#!/bin/sh\necho "systemctl $*"\n')
    return Machine(folder, target)
