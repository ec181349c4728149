"""Fuzzes parsers with Atheris: python fuzz_parser.py CORPUS NAME... -- [words of libFuzzer]

An input that ends in anything but a ZooError ends the parser's run, with the input in the current
folder as NAME-crash-*, and the program with status 1. Each parser begins with its seeds, inputs
that once were faults, and what earlier runs kept in CORPUS/NAME.
"""

import logging
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
INSTRUMENTED = ["zoo", "compilers", "recipes", "runtimes", "tomllib", "json", "csv", "zipfile"]


def main(corpus: Path, names: Sequence[str], words: Sequence[str]) -> int:
    """Fuzz each parser in a process of its own; return the exit status."""
    logging.disable()
    failed = []
    with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):
        import parsers  # noqa: F401 (here, so that it is instrumented)
    for name in names:
        child = os.fork()
        if not child:
            fuzz(name, corpus / name, words)
        _, status = os.waitpid(child, 0)
        failed += [name] if status else []
    if failed:
        sys.stderr.write(f"fuzz_parser: faults in {', '.join(failed)}\n")
    return min(len(failed), 1)


def fuzz(name: str, corpus: Path, words: Sequence[str]) -> None:
    """Fuzz one parser and end this process."""
    from parsers import PARSERS

    from zoo.errors import ZooError

    def one(content: bytes) -> None:
        with TemporaryDirectory(dir="/dev/shm") as folder, suppress(ZooError):
            PARSERS[name](content, Path(folder))

    folders = [
        folder for folder in (HERE / "seeds" / name, HERE / "found" / name) if folder.exists()
    ]
    with atheris.instrument_imports(include=INSTRUMENTED, enable_loader_override=False):
        for file in sorted(folders[0].iterdir()):
            one(file.read_bytes())  # imports what is imported on use
    corpus.mkdir(parents=True, exist_ok=True)
    places = [str(corpus), *map(str, folders), f"-artifact_prefix={name}-"]
    atheris.Setup([sys.argv[0], *places, *words], one)
    atheris.Fuzz()


if __name__ == "__main__":
    split = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:split], sys.argv[split + 1 :]))
