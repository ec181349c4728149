import sys

import pytest

from zoo.tool import Tool, find_tool


def tool(kind, *candidates):
    return Tool("toy", kind, candidates, "tests", "apt install toy")


@pytest.mark.parametrize(
    ("kind", "present"), [("program", "sh"), ("file", sys.executable), ("module", "json")]
)
def test_first_candidate_that_is_there(kind, present):
    found = find_tool(tool(kind, "no-such-thing", present))
    assert found.endswith(present)
    assert find_tool(tool(kind, "no-such-thing")) == ""


@pytest.mark.parametrize(("exit_status", "found"), [(0, "vendor/image:1"), (1, "")])
def test_an_image_is_there_if_docker_has_it(exit_status, found, tmp_path, monkeypatch):
    docker = tmp_path / "docker"
    docker.write_text(
        f'#!/bin/sh\n[ "$*" = "image inspect vendor/image:1" ] && exit {exit_status}\n'
    )
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_tool(tool("image", "vendor/image:1")) == found


def test_without_docker_there_is_no_image(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_tool(tool("image", "vendor/image:1")) == ""
