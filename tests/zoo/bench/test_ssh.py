import subprocess

import pytest

from zoo.bench.ssh import connect, destination_words
from zoo.errors import BoardError, ToolchainError, UsageError


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("pi", ("pi",)),
        ("pi@board", ("pi@board",)),
        ("pi@board:2222", ("-p", "2222", "pi@board")),
        ("pi@[::1]:2222", ("-p", "2222", "pi@::1")),
        ("pi@::1", ("pi@::1",)),
    ],
)
def test_destination(host, words):
    assert destination_words(host) == words


@pytest.mark.parametrize("host", ["", ":22", "pi@board:ssh", "-oProxyCommand=x"])
def test_what_is_no_destination(host):
    with pytest.raises(UsageError, match=r"^--ssh '.*': expected user@host or user@host:port$"):
        destination_words(host)


@pytest.mark.toolchain
def test_commands_run_there(board, tmp_path):
    (tmp_path / "file").write_bytes(b"to the board")
    with connect(board.host) as connection:
        finished = connection.run('cat; echo "it\'s" >&2; exit 3', tmp_path / "file")
        assert connection.run("echo $TMPDIR").output == f"{board.temporary}\n"
    assert (finished.status, finished.output, finished.error) == (3, "to the board", "it's\n")


@pytest.mark.toolchain
def test_one_login_serves_all_commands_and_is_ended(board):
    with connect(board.host) as connection:
        first, second = (connection.run("echo $SSH_CONNECTION").output for _ in range(2))
        control = connection.words[1]
    assert first == second
    check = ["ssh", "-S", control, "-O", "check", board.host]
    assert subprocess.run(check, capture_output=True, check=False).returncode == 255


@pytest.mark.toolchain
@pytest.mark.usefixtures("board")
def test_a_host_that_does_not_answer():
    with (
        pytest.raises(
            BoardError,
            match=r"^127.0.0.1:1: cannot be reached \(.*Connection refused\); check address "
            r"and port, and that its ssh server runs, until plain `ssh` can log in$",
        ),
        connect("127.0.0.1:1"),
    ):
        pass


@pytest.mark.toolchain
def test_a_refused_login(board):
    with (
        pytest.raises(BoardError, match=r"refuses the login \(.*Permission denied \(publickey\)"),
        connect(f"nobody-here@{board.host}"),
    ):
        pass


@pytest.mark.toolchain
def test_an_unknown_host_key(board):
    other = board.host.replace("127.0.0.1", "localhost")
    with (
        pytest.raises(BoardError, match=r"its host key is unknown \(Host key verification"),
        connect(other),
    ):
        pass


@pytest.mark.parametrize(
    ("host", "known"), [("pi@board", "board"), ("pi@board:2222", r"'\[board\]:2222'")]
)
def test_a_changed_host_key(monkeypatch, tmp_path, host, known):
    banner = "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @"
    script = f"#!/bin/sh\necho '{banner}' >&2\necho 'Host key verification failed.' >&2\nexit 255\n"
    (tmp_path / "ssh").write_text(script)
    (tmp_path / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    message = (
        rf"^{host}: its host key is another than before \(Host key verification failed.\); a "
        rf"new system .*: if you know why, ssh-keygen -R {known} forgets the old one; accept "
        r"the new, until plain `ssh` can log in$"
    )
    with pytest.raises(BoardError, match=message), connect(host):
        pass


def test_no_client(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(ToolchainError, match=r"no ssh on the PATH.*; apt install openssh-client$"),
        connect("pi@board"),
    ):
        pass
