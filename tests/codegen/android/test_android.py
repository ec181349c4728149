import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import replace

import pytest

from codegen.apps.android import ANDROID as APP
from codegen.kotlin_app import kotlin_project
from zoo import registry
from zoo.contract import Step
from zoo.errors import RefusedError, ToolchainError
from zoo.plugs import AppRequest
from zoo.step import PreStep

RECIPE = registry.load("recipe", "pfld_0.25x.300w68")
TARGET = registry.load("target", "android")
REQUEST = AppRequest(RECIPE.name, TARGET, RECIPE.contract, "model.tflite")
FILES = {name: content.decode() for name, content in APP.generate(REQUEST).items()}
KOTLIN = [name for name in FILES if name.endswith((".kt", ".kts"))]
FACTS = {
    "bundle": "pfld.android.qat",
    "quantization": "qat",
    "notice": "only for research",
    "c_library": "2.28",
}
PLAIN = (
    "Contract",
    "Detector",
    "Finder",
    "Finding",
    "Layout",
    "Networks",
    "SelfTest",
    "Tracker",
)


def test_the_project_names_the_model_and_its_network():
    assert 'rootProject.name = "pfld_0.25x.300w68"' in FILES["settings.gradle.kts"]
    assert '    "model.tflite",\n' in FILES["app/src/main/kotlin/zoo/app/Networks.kt"]
    assert 'applicationId = "org.edgezoo.m_pfld_0_25x_300w68"' in FILES["app/build.gradle.kts"]


def test_only_the_contracts_steps_are_there():
    folder = "app/src/main/kotlin/zoo/steps/"
    found = {name.removeprefix(folder) for name in FILES if name.startswith(folder)}
    assert found >= {"Frame.kt", "Crop.kt", "Resize.kt", "HeadPose.kt"}
    assert "Gray.kt" not in found


def test_steps_and_what_is_tested_here_need_no_android():
    plain = [f"app/src/main/kotlin/zoo/app/{name}.kt" for name in PLAIN]
    for name in (*plain, *(name for name in FILES if "/zoo/steps/" in name)):
        imports = re.findall(r"^import (\S+)", FILES[name], re.MULTILINE)
        assert all(imported.startswith(("kotlin.", "zoo.")) for imported in imports), name


@pytest.mark.parametrize("name", KOTLIN)
def test_kotlin_is_formatted(name):
    text = FILES[name]
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\t" not in text
    assert "\n\n\n" not in text
    lines = text.splitlines()
    assert all(len(line) <= 100 and line == line.rstrip() for line in lines)
    plain = re.sub(r'"(\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', "", text, flags=re.DOTALL)
    assert all(plain.count(begin) == plain.count(end) for begin, end in ("()", "{}", "[]"))
    imports = [line for line in lines if line.startswith("import ")]
    assert imports == sorted(set(imports))
    for line in imports:
        used = line.rpartition(".")[2]
        assert re.search(rf"\b{used}\b", text.rpartition(imports[-1])[2]), line


def test_the_manifest_is_well_formed():
    root = ElementTree.fromstring(FILES["app/src/main/AndroidManifest.xml"])
    space = "{http://schemas.android.com/apk/res/android}"
    activity = root.find("application/activity")
    assert activity.get(f"{space}name") == ".MainActivity"
    permission = root.find("uses-permission").get(f"{space}name")
    assert permission == "android.permission.CAMERA"


def test_no_version_is_open():
    text = FILES["app/build.gradle.kts"] + FILES["settings.gradle.kts"]
    named = re.findall(r'implementation\("[^"]*:([^":]+)"\)', text)
    assert len(named) == text.count("implementation(")
    assert all(re.fullmatch(r"\d+(\.\d+)+", version) for version in named)
    assert re.search(r"gradle-\d+\.\d+\.\d+-bin", FILES["gradle/wrapper/gradle-wrapper.properties"])


def test_a_contract_without_post_processing():
    code = kotlin_project(replace(REQUEST, contract=replace(RECIPE.contract, post=())))
    assert code.networks[0].post == ()


def test_a_step_without_a_kotlin_form(monkeypatch):
    class Bare(PreStep):
        name = "bare"
        parameters = {}  # noqa: RUF012 (as the built-in steps')

        def apply(self, frame, parameters):  # noqa: ARG002
            return frame

    load = registry.load
    monkeypatch.setattr(registry, "load", lambda k, n: Bare() if n == "bare" else load(k, n))
    contract = replace(RECIPE.contract, pre=(Step("bare"), *RECIPE.contract.pre))
    with pytest.raises(
        RefusedError,
        match=r"^contract step 'bare': has no Kotlin form, which apps for Android need; its plugin "
        r"must bring it \(docs/contract.md\), or use a board with a C\+\+ app$",
    ):
        APP.generate(replace(REQUEST, contract=contract))


def test_it_says_that_it_was_not_built():
    readme = APP.companions(REQUEST, FACTS)["README.md"].decode()
    assert "**The app was neither compiled nor run**" in readme
    assert "only for research" in readme
    assert APP.not_here.startswith("the Android app was neither compiled nor run")


def test_it_cannot_be_built_or_run_here(tmp_path):
    with pytest.raises(
        ToolchainError, match=r"was neither compiled nor run.*needs the Android SDK"
    ):
        APP.build(tmp_path, tmp_path)
    with pytest.raises(
        ToolchainError, match=r"was neither compiled nor run.*needs the Android SDK"
    ):
        APP.run(tmp_path, tmp_path, ())


@pytest.fixture
def benchmark(tmp_path):
    """Return run(words, **files) -> benchmark.sh of a bundle, with an adb that says its words."""
    (tmp_path / "benchmark.sh").write_bytes(APP.companions(REQUEST, FACTS)["benchmark.sh"])
    (tmp_path / "bin").mkdir()
    for word in ("sh", "dirname", "readlink"):
        (tmp_path / "bin" / word).symlink_to(shutil.which(word))
    adb = tmp_path / "bin" / "adb"

    def run(*words, device=True, tool=True, client=True):
        if client:
            adb.write_text(f'#!/bin/sh\necho "adb $*"\n{"" if device else "exit 1"}\n')
            adb.chmod(0o755)
        if tool:
            (tmp_path / "benchmark_model").touch()
        command = ["sh", tmp_path / "benchmark.sh", *words]
        path = {"PATH": str(tmp_path / "bin")}
        return subprocess.run(command, env=path, capture_output=True, text=True, check=False)

    return run


def test_benchmark(benchmark):
    finished = benchmark("4")
    place = "/data/local/tmp/zoo-benchmark"
    assert finished.returncode == 0
    assert finished.stdout.splitlines() == [
        f"adb shell mkdir -p {place}",
        f"adb shell chmod 755 {place}/benchmark_model",
        f"adb shell {place}/benchmark_model --graph={place}/network --num_threads=4 "
        "--warmup_runs=50 --num_runs=500 --use_xnnpack=true",
        f"adb shell rm -rf {place}",
    ]


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("client", "benchmark: no adb on the PATH; install Android's platform-tools"),
        ("tool", "/benchmark_model; the first lines of this script say where to get it"),
        ("device", "benchmark: no device; connect one and allow USB debugging"),
    ],
)
def test_what_the_benchmark_lacks(benchmark, missing, message):
    finished = benchmark(**{missing: False})
    assert finished.returncode == 3
    assert finished.stderr.endswith(message + "\n")
