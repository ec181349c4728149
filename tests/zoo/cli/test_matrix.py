import json

import matrix_boards
import pytest


@pytest.fixture
def matrix(install, tmp_path, monkeypatch):
    """Return a file with two networks for a board, one of which cannot be built."""
    install("matrix-boards", "matrix_boards_plugin", matrix_boards.SOURCE)
    monkeypatch.setenv("GENERATED", str(tmp_path / "generated"))
    models = matrix_boards.write_networks(tmp_path, ("one", "broken"))
    file = tmp_path / "matrix.toml"
    file.write_text(f'{models}targets = ["board0"]\nquants = ["none"]\n')
    return file


def test_a_table_tells_what_became_of_each_and_the_status_that_one_failed(zoo, matrix, tmp_path):
    result = zoo("build", "--matrix", matrix, "--workers", 1)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    # Of the failed one hub, quantize, judge, lower and generate.
    assert lines[0] == "1 of 2 bundles; 13 stages ran, 0 were cached, 0 shared"
    assert lines[1].split() == ["model", "target", "quant", "state", "bundle"]
    assert lines[2].split() == [
        "one.onnx",
        "board0",
        "none",
        "built",
        "dist/one.board0.none.tar.gz",
    ]
    assert lines[3].split() == ["broken.onnx", "board0", "none", "failed"]
    assert "broken.onnx board0 none: plugin 'matrix_boards_plugin'" in result.stderr
    assert " [plugin]\n" in result.stderr
    assert "note: one.onnx board0 none: it is a text\n" in result.stderr
    assert (tmp_path / "dist" / "one.board0.none.tar.gz").is_file()


def test_json(zoo, matrix):
    matrix.write_text(matrix.read_text() + '[[leave_out]]\nmodel = "broken.onnx"\n')
    result = zoo("build", "--matrix", matrix, "--workers", 1, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "cells": [
            {
                "model": "one.onnx",
                "target": "board0",
                "quant": "none",
                "state": "built",
                "bundle": "dist/one.board0.none.tar.gz",
                "packages": ["dist/one.board0.none.tar.gz"],
                "notes": ["it is a text"],
                "reason": "",
                "code": "",
            }
        ],
        "stages": {"ran": 8, "cached": 0, "shared": 0},
    }


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--matrix", "m.toml", "--quant", "ptq"),
            "the file names what is built; leave out --quant",
        ),
        (
            ("--matrix", "m.toml", "--dry-run"),
            "--dry-run is for one build, and shows",
        ),
        (
            ("--matrix", "m.toml", "--explain"),
            "--explain is for one build, and shows",
        ),
        (("pfld", "--matrix", "m.toml"), "the file names what is built; leave out MODEL"),
        (
            ("--matrix", "m.toml"),
            "m.toml: no such file; a matrix is a file that names builds (docs/matrix.md)",
        ),
        (("pfld", "--target", "x86", "--workers", "2"), "--workers is for --matrix FILE"),
        (("pfld",), "Missing option '--target'"),
        (("--target", "x86"), "Missing argument 'MODEL'"),
    ],
)
def test_options_that_do_not_go_together(zoo, words, message):
    result = zoo("build", *words)
    assert result.exit_code != 0
    assert message in f"{result.stderr}{result.exception}"


def test_options_of_machines(zoo, matrix):
    for words, message in {
        ("--ship",): "--ship is for --scheduler",
        ("--scheduler", "tcp://127.0.0.1:1", "--workers", "2"): "a cluster has its own",
    }.items():
        assert message in str(zoo("build", "--matrix", matrix, *words).exception)
