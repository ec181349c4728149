"""Texts of strangers, such as names in their files, stay texts in whatever is generated.

Each is planted in every field at once, and what comes out is compared with what a harmless text
makes of it: the same lines, the same words of the language.
"""

import gzip
import json
import os
import re
import shlex
import subprocess
from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import pytest
from generated_c import to_c
from host_compilers import CC
from hostile_texts import HARMLESS, HOSTILE, UNPRINTABLE, renamed
from integer_graphs import IntegerForm, integer_graph
from networks import residual_network
from spot_app import CONTRACT

from codegen.kotlin_literal import literal as kotlin_literal
from codegen.packages.debian import debian_package
from compilers.xmodel.dpu import Dpu
from compilers.xmodel.vendor_compiler import compile_script
from zoo import quoting, registry
from zoo.contract import Step, TensorSpec
from zoo.plugs import AppRequest

C_LIKE = (".cpp", ".hpp", ".c", ".h", ".kt", ".kts")
LEXEMES = {
    "c": re.compile(r'(//[^\n]*|/\*.*?\*/)|("(?:[^"\\\n]|\\.)*")|(\w+|\S)', re.DOTALL),
    "cmake": re.compile(r'(#[^\n]*)|("(?:[^"\\]|\\.)*")|([\w./-]+|\S)', re.DOTALL),
}
APPS = registry.names("app")
MEAN = [[0.5, 0.25]] * 68
"""Its call has several lines, however short the text is."""
PACKAGED = ("default", "service", "changelog", "copyright", "manual")


@cache
def artifact():
    return to_c(integer_graph(residual_network(), IntegerForm(power_of_two=True)))


def contract(text):
    return replace(
        CONTRACT,
        outputs=(TensorSpec(text, (136,)),),
        post=(Step("landmarks", {"count": 68, "output": text, "mean": MEAN}),),
    )


def generated(app_name, text, fields=None):
    """Return every text file of an app and its bundle, `text` being in each field."""
    app = registry.load("app", app_name)
    target = SimpleNamespace(name=text, summary=text, facts={}, runtimes={})
    files = {**artifact().files, text: artifact().files[artifact().main]}
    request = AppRequest(text, target, contract(fields or text), text, files)
    facts = {"bundle": text, "quantization": text, "notice": text, "c_library": "2.28"}
    found = {**app.companions(request, facts)}
    found |= {f"app/src/{name}": content for name, content in app.generate(request).items()}
    if "deb" in app.packages:
        package = debian_package(request, facts, app.packages["deb"])
        control = "".join(f"{key}: {value}\n" for key, value in package.control.items())
        texts = (gzip.decompress(c) if c[:2] == b"\x1f\x8b" else c for c in package.files.values())
        parts = {**package.scripts, **dict(zip(PACKAGED, texts, strict=True))}
        found |= {f"deb/{name}": content for name, content in parts.items()}
        found["deb/control"] = control.encode()
    own = ("third_party/", "steps/", "python/zoo/")
    return {n: c.decode() for n, c in found.items() if not any(part in n for part in own)}


def shape(name, content):
    """Return a file's words with its strings and comments taken out, as its language has them."""
    if content.startswith("#!/bin/sh") or name.endswith(".sh"):
        return [word.replace(HARMLESS, "") for word in shlex.split(content, comments=True)]
    kind = "cmake" if name.endswith("CMakeLists.txt") else "c" if name.endswith(C_LIKE) else ""
    if not kind:
        return []
    lexemes = LEXEMES[kind].findall(content)
    return ["text" if string else word for comment, string, word in lexemes if not comment]


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_stays_a_text(app, text):
    harmless, hostile = generated(app, HARMLESS), generated(app, text)
    assert len(harmless) == len(hostile)
    for (name, expected), (same, found) in zip(harmless.items(), hostile.items(), strict=True):
        assert name.replace(HARMLESS, "") == same.replace(text, ""), "another file"
        assert_same_lines(name, expected, found)
        assert len(shape(name, expected)) == len(shape(name, found)), name


def assert_same_lines(name, expected, found):
    """Assert that only those lines are different which show the text."""
    assert len(expected.splitlines()) == len(found.splitlines()), name
    for line, other in zip(expected.splitlines(), found.splitlines(), strict=True):
        assert line == other or HARMLESS.lower() in line.lower(), name


@pytest.mark.parametrize("app", APPS)
@pytest.mark.parametrize("text", UNPRINTABLE)
def test_what_does_not_print_ends_no_line(app, text, monkeypatch):
    # Contracts and sources refuse it; companions and packages have only the other fields.
    monkeypatch.setattr(type(registry.load("app", app)), "generate", lambda *_: {})
    harmless, hostile = generated(app, HARMLESS), generated(app, text, HARMLESS)
    for (name, expected), found in zip(harmless.items(), hostile.values(), strict=True):
        assert_same_lines(name, expected, found)
        assert len(shape(name, expected)) == len(shape(name, found)), name


@pytest.mark.parametrize("app", [app for app in APPS if app != "browser"])  # it has none
@pytest.mark.parametrize("text", [text for text in HOSTILE if "touch" in text])
def test_no_script_runs_it(app, text, tmp_path):
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    answers = {
        "uname": "echo aarch64",
        "getconf": "echo 64",
        "id": "echo 1000",
        "adb": "",
        "rm": "",
    }
    answers |= dict.fromkeys(("systemctl", "curl", "wget", "cmake", "cp", "ln", "tar", "mv"), "")
    for name, answer in {**answers, "touch": f"echo > {tmp_path}/PWNED"}.items():
        (stubs / name).write_text(f"#!/bin/sh\n{answer}\n")
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "app").write_text("#!/bin/sh\n")
    for program in (*stubs.iterdir(), tmp_path / "app" / "app"):
        program.chmod(0o755)
    environment = {"PATH": f"{stubs}:/usr/bin:/bin", "HOME": str(tmp_path / "home")}
    scripts = {n: c for n, c in generated(app, text).items() if c.startswith("#!/bin/sh")}
    assert scripts
    for name, content in scripts.items():
        script = tmp_path / name.replace("/", "_")
        script.write_text(content)
        checked = subprocess.run(["sh", "-n", script], capture_output=True, text=True, check=False)
        assert checked.stderr == ""
        for word in ("configure", "remove", str(tmp_path / "prefix")):
            subprocess.run(
                ["sh", script, word],
                env=environment,
                cwd=tmp_path,
                capture_output=True,
                check=False,
            )
        left = [where for where, _, files in os.walk(tmp_path) if "PWNED" in files]
        assert not left, name


@pytest.mark.parametrize("text", HOSTILE)
def test_units_have_no_specifiers(text):
    (line,) = re.findall("Description=(.*)", generated("cpp-litert", text)["deb/service"])
    assert "%" not in line.replace("%%", "")
    assert not line.endswith("\\")


@pytest.mark.parametrize("text", HOSTILE)
def test_data_is_json(text):
    facts = json.loads(generated("cpp-vart", text)["app/src/python/contract.json"])
    assert facts["model_file"] == text
    assert facts["contract"]["outputs"][0]["name"] == text


@pytest.mark.parametrize("text", HOSTILE)
def test_kotlin_texts_have_no_templates(text):
    source = generated("android", text)["app/src/app/src/main/kotlin/zoo/app/Networks.kt"]
    assert f"Contract(\n    {kotlin_literal(text)}," in source
    assert not re.search(r"(?<!\\)\$", kotlin_literal(text))


@pytest.mark.parametrize("text", [*HOSTILE, *UNPRINTABLE])
def test_names_of_a_network_stay_names_in_c(text, tmp_path):
    graph = integer_graph(renamed(residual_network(), text), IntegerForm(power_of_two=True))
    graph = replace(graph, name=text, metadata={**graph.metadata, "zoo.model": text})
    files = to_c(graph).files
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    command = [CC, "-std=c99", "-Wall", "-Wextra", "-Wcomment", "-Werror", "-fsyntax-only"]
    sources = [name for name in files if name.endswith(".c")]
    finished = subprocess.run(
        [*command, *sources], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("text", [*HOSTILE, *UNPRINTABLE])
def test_the_compiling_script_has_its_comments_only(text):
    harmless, hostile = (compile_script(Dpu(name, 1, name)) for name in (HARMLESS, text))
    assert_same_lines("compile.sh", harmless, hostile)
    assert shape("compile.sh", harmless) == shape("compile.sh", hostile)


@pytest.mark.parametrize("text", [*HOSTILE, *UNPRINTABLE])
def test_a_terminal_is_not_commanded(text):
    assert quoting.terminal(text).replace("\n", "").isprintable()
