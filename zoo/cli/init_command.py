"""zoo init: questions, then a contract and a Makefile."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoo import registry
from zoo.cli.completion import quantizations
from zoo.cli.options import (
    existing,
    json_option,
    named_file,
    registered,
    signal_option,
    size_option,
    source_of,
)
from zoo.cli.output import print_json
from zoo.errors import MissingFileError, NotWrittenError, UsageError, ZooError
from zoo.quoting import command_line, terminal
from zoo.user_file import is_user_file, suffixes

if TYPE_CHECKING:
    from zoo.build.first_project import Idea, Project


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False))
@click.option("--model", default="", type=registered("recipe"), help="Published model, or a file.")
@click.option("--target", default="", type=registered("target"), help="Board to build for.")
@click.option(
    "--images",
    "--calib",
    "pictures",
    type=click.Path(path_type=Path),
    metavar="DATA",
    help="Pictures of what the network will see: FOLDER or NAME:FOLDER[:SPLIT].",
)
@click.option(
    "--quant",
    default="",
    shell_complete=quantizations,
    help="none, fp16, ptq or qat; default: ptq where there is.",
)
@click.option(
    "--contract",
    type=existing("file", "a contract of the model's file, in TOML"),
    help="Contract of a file; default: a first one is written.",
)
@size_option
@signal_option
@click.option(
    "--makefile",
    default="Makefile",
    show_default=True,
    metavar="NAME",
    help="File for the targets; another name is one to include.",
)
@click.option("--yes", is_flag=True, help="Ask nothing; take the defaults of what is not given.")
@json_option
def command(
    folder: Path,
    model: str,
    target: str,
    pictures: Path | None,
    quant: str,
    contract: Path | None,
    size: str,
    rate_hz: int,
    makefile: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Begin a project in FOLDER: write a contract, and a Makefile that builds, runs and verifies.

    What is not given is asked: the model, the board, and a folder of pictures. No file is
    overwritten without a question.
    """
    from zoo.build.first_project import (
        Idea,
        demand_makefile_name,
        first_project,
        write_project,
    )

    demand_makefile_name(makefile)
    ask = _Questions(not yes)
    model = model or ask.text("--model", f"Model (of `zoo list`, or an {suffixes()} file)", _model)
    target = target or ask.text("--target", _boards(), _target, "x86")
    idea = Idea(folder, model, target, contract, pictures, quant, *source_of(size, rate_hz))
    idea = _with_contract(replace(idea, makefile=makefile))
    project = first_project(_with_pictures(idea, ask))
    ask.before_overwriting(folder, project)
    write_project(folder, project)
    _tell(idea, project, as_json)


class _Questions:
    """Asks for what the options leave out, unless everything must be given."""

    def __init__(self, may_ask: bool) -> None:
        self._may_ask = may_ask

    def text(
        self, option: str, question: str, check: Callable[[str], str], default: str | None = None
    ) -> str:
        """Return a checked answer; raises UsageError without one."""
        if not self._may_ask:
            if default is None:
                raise UsageError(f"{option} is missing, and --yes asks nothing; give it")
            return check(default)
        try:
            answer: str = click.prompt(question, default, value_proc=_asking(check), err=True)
        except click.Abort as abort:
            raise self._ended(abort, option) from abort
        return answer

    def before_overwriting(self, folder: Path, project: "Project") -> None:
        """Raise UsageError for files that are there and are to be kept."""
        for file in (folder / name for name in project.files):
            is_there = file.exists() or file.is_symlink()  # also one to nowhere
            if is_there and not self._agrees(f"{file} exists; overwrite"):
                raise NotWrittenError(
                    f"{file}: already exists, nothing was written; remove it, give another folder, "
                    "or another file with --makefile"
                )

    def _agrees(self, question: str) -> bool:
        if not self._may_ask:
            return False
        try:
            return click.confirm(terminal(question), err=True)
        except click.Abort as abort:
            raise self._ended(abort, "an answer") from abort

    def _ended(self, abort: click.Abort, wanted: str) -> Exception:
        """Return the error for an end of standard input, or for Ctrl-C."""
        click.echo(err=True)
        if isinstance(abort.__context__, EOFError):
            return UsageError(
                f"standard input ended before {wanted} was answered, nothing was written; give it, "
                "and --yes to be asked nothing"
            )
        return abort


def _asking(check: Callable[[str], str]) -> Callable[[str], str]:
    """Return a check whose errors are told, before the question comes again."""

    def checked(answer: str) -> str:
        try:
            return check(answer.strip())
        except ZooError as error:
            raise click.UsageError(str(error)) from error

    return checked


def _model(word: str) -> str:
    if is_user_file(word):
        return str(named_file(word))
    registry.load("recipe", word)
    return word


def _boards() -> str:
    return f"Board ({', '.join(registry.names('target'))})"


def _target(word: str) -> str:
    from zoo.build.targets import find_targets

    find_targets(word)
    return word


def _folder(word: str) -> str:
    from zoo.data.labelled_data import parse_name

    if word and not parse_name(word).folder.is_dir():
        raise MissingFileError(f"{word}: no such folder; give one with pictures, or nothing")
    return word


def _with_contract(idea: "Idea") -> "Idea":
    """Return the idea with the contract that its folder has already, if it has one."""
    from zoo.build.first_project import CONTRACT

    there = idea.folder / CONTRACT
    if idea.contract is None and is_user_file(idea.model) and there.is_file():
        click.echo(f"note: {command_line([str(there)])} is there, and is taken as it is", err=True)
        return replace(idea, contract=there)
    return idea


def _with_pictures(idea: "Idea", ask: _Questions) -> "Idea":
    if idea.pictures is not None:
        return idea
    question = "Folder of pictures of what it will see (or of WAV files; empty: none)"
    word = ask.text("--images", question, _folder, "")
    return replace(idea, pictures=Path(word)) if word else idea


def _tell(idea: "Idea", project: "Project", as_json: bool) -> None:
    files = [str(idea.folder / name) for name in project.files]
    if as_json:
        print_json({"files": files, "bundle": str(idea.folder / project.bundle)})
        return
    if len(files) > 1:  # the first is the contract
        click.echo(
            f"{command_line(files[:1])}: check the lines marked GUESS against the training code"
        )
    where = () if idea.folder == Path() else ("-C", str(idea.folder))
    name = () if idea.makefile == "Makefile" else ("-f", idea.makefile)
    make = command_line(("make", *where, *name))
    does = "builds, verifies and runs" if project.runs and idea.pictures else "builds and verifies"
    click.echo(f"{command_line(files[-1:])}: `{make}` {does} {project.bundle}")
