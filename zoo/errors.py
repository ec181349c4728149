"""All errors that a user can meet. Each kind has a code, which stays what it is.

ZooError                    error; exit status 1
├── UsageError              usage; exit status 2
│   ├── UnknownNameError    unknown-name
│   ├── MissingFileError    no-such-file
│   ├── NotWrittenError     not-written
│   ├── FileKindError       file-kind
│   ├── NoContractError     no-contract
│   ├── NoPicturesError     no-pictures
│   ├── KeyFileError        key-file
│   └── PortError           serial-port
├── PluginError             plugin
├── RecipeError             recipe
│   ├── ContractError       contract
│   │   ├── StepError       contract-step
│   │   └── MisfitError     contract-misfit
│   ├── ChainError          chain
│   └── MatrixError         matrix
├── DataError               data
│   └── LabelError          labels
├── HubError                network-file
│   └── UnsupportedOpError  unsupported-op
├── QuantizeError           quantize
├── RefusedError            refused
│   └── LicenceError        licence
├── VerifyError             verify
│   ├── LossError           quantization-loss
│   ├── ImportProofError    import-proof
│   ├── CertificateError    certificate
│   └── ProgramError        program
├── ArtifactError           artifact
├── BundleError             bundle
│   └── SignatureError      signature
├── CacheError              cache
├── BoardError              board
├── WorkerError             worker
└── ToolchainError          tool; exit status 3
    └── MissingToolError    no-tool

A message says where, what was found, what is allowed and what to do. `zoo explain CODE` and
docs/errors.md have the cause, which is the docstring, and the remedy of each kind.
"""

from collections.abc import Iterable
from typing import ClassVar

from zoo.near_names import near_names

__all__ = [
    "ArtifactError",
    "BoardError",
    "BundleError",
    "CacheError",
    "CertificateError",
    "ChainError",
    "ContractError",
    "DataError",
    "FileKindError",
    "HubError",
    "ImportProofError",
    "KeyFileError",
    "LabelError",
    "LicenceError",
    "LossError",
    "MatrixError",
    "MisfitError",
    "MissingFileError",
    "MissingToolError",
    "NoContractError",
    "NoPicturesError",
    "NotWrittenError",
    "PluginError",
    "PortError",
    "ProgramError",
    "QuantizeError",
    "RecipeError",
    "RefusedError",
    "SignatureError",
    "StepError",
    "ToolchainError",
    "UnknownNameError",
    "UnsupportedOpError",
    "UsageError",
    "VerifyError",
    "WorkerError",
    "ZooError",
    "suggest",
]

_LISTED = 20


class ZooError(Exception):
    """Something else went wrong that the zoo can tell."""

    exit_status: ClassVar[int] = 1
    code: ClassVar[str] = "error"
    advice: ClassVar[str] = "Do what the message says."


class UsageError(ZooError):
    """An option or an argument is invalid, missing, or does not go with another."""

    exit_status = 2
    code = "usage"
    advice = "Each command's `--help` and docs/cli.md list what it takes."


class UnknownNameError(UsageError):
    """No plugin has registered this name of a model, a board, a scheme or the like."""

    code = "unknown-name"
    advice = (
        "Take one of the names in the message; `zoo list` and `zoo plugins` show what there is."
    )

    def __init__(self, kind: str, name: str, known: Iterable[str], more: str = "") -> None:
        self.name = name
        super().__init__(f"unknown {kind} '{name}'{suggest(name, sorted(known))}{more}")


class MissingFileError(UsageError):
    """A file or folder that the command line names is not there, or is the other of both."""

    code = "no-such-file"
    advice = "Check the path; a relative one begins in the current folder."


class NotWrittenError(UsageError):
    """A result cannot be written where it should be, or would replace a file."""

    code = "not-written"
    advice = "Name another file or folder, or make room and give the permission to write."


class FileKindError(UsageError):
    """A file is of another kind than the command takes, such as a bundle for `zoo build`."""

    code = "file-kind"
    advice = "Give a file of the kind that the message names."


class NoContractError(UsageError):
    """A network's file comes without the contract that says what is before and after it."""

    code = "no-contract"
    advice = "`zoo contract init FILE` writes a first one; docs/contract.md describes it."


class NoPicturesError(UsageError):
    """The quantization needs pictures of what the network will see, and got none."""

    code = "no-pictures"
    advice = "Give a folder of at least 100 with `--images`, or a quantization that is published."


class KeyFileError(UsageError):
    """A file is no Ed25519 key, the wrong one of the pair, weak, or open to others."""

    code = "key-file"
    advice = "`zoo keygen KEY` makes a pair; docs/signatures.md tells which command takes which."


class PortError(UsageError):
    """The board's serial port is not given, not there, or no serial port."""

    code = "serial-port"
    advice = "Connect the board and give its port with `--port`."


class PluginError(ZooError):
    """A plugin is broken, duplicated or incompatible."""

    code = "plugin"
    advice = (
        "`zoo plugins --check` says what is wrong and whose it is; update or remove that "
        "distribution."
    )


class RecipeError(ZooError):
    """A model's recipe, its published files or its training settings are wrong."""

    code = "recipe"
    advice = "Correct what the message names, or ask the model's distribution."


class ContractError(RecipeError):
    """A contract cannot be read, or a field or value in it is not allowed."""

    code = "contract"
    advice = (
        "Compare it with docs/contract.md; `zoo contract init FILE` writes one that fits a file."
    )


class StepError(ContractError):
    """A step of a contract has parameters that are not allowed, or does not fit the others."""

    code = "contract-step"
    advice = "The tables in docs/contract.md and docs/boxes.md list each step's parameters."


class MisfitError(ContractError):
    """A contract and its network differ in names, shapes or number of inputs and outputs."""

    code = "contract-misfit"
    advice = "`zoo show FILE` prints what the file has; `zoo contract check` compares both."


class ChainError(RecipeError):
    """A chain file is wrong, or its detector cannot serve its network."""

    code = "chain"
    advice = "Compare it with docs/chains.md."


class MatrixError(RecipeError):
    """A file for `zoo build --matrix` is wrong."""

    code = "matrix"
    advice = "Compare it with docs/matrix.md."


class DataError(ZooError):
    """A data set, a picture or a signal is missing, empty or broken."""

    code = "data"
    advice = "Correct or remove the file that the message names."


class LabelError(DataError):
    """Labels or boxes of pictures are missing, damaged, or do not match them."""

    code = "labels"
    advice = "Correct the line that the message names; docs/datasets.md describes the formats."


class HubError(ZooError):
    """A network's file cannot be read, or the Graph cannot represent it."""

    code = "network-file"
    advice = (
        "Export it again as the message says; docs/onnx.md and docs/tflite.md tell what is read."
    )


class UnsupportedOpError(HubError):
    """No op plugin or back end supports an operator, or this use of it."""

    code = "unsupported-op"
    advice = (
        "`zoo show FILE --target BOARD` lists all such nodes; change them, or take another board."
    )


class QuantizeError(ZooError):
    """A quantization scheme cannot be applied to a network."""

    code = "quantize"
    advice = "Take another scheme or board; docs/quantization.md compares them."


class RefusedError(ZooError):
    """The board does not support what was requested."""

    code = "refused"
    advice = "Do what the message proposes, or take another board; docs/targets.md lists them."


class LicenceError(RefusedError):
    """`--commercial` was given, and a part is not for commercial use."""

    code = "licence"
    advice = "Train on data whose licence allows it, or leave `--commercial` out for research."


class VerifyError(ZooError):
    """A step does not compute what the step before it computes."""

    code = "verify"
    advice = "Do not deploy this build; the message names the step and how far it is off."


class LossError(VerifyError):
    """Quantization loses more than `--max-quantization-error` allows."""

    code = "quantization-loss"
    advice = (
        "Give more and better pictures, try `--quant qat` or another scheme, or accept the loss."
    )


class ImportProofError(VerifyError):
    """The imported network computes something else than the file in its own runtime."""

    code = "import-proof"
    advice = "Look at what the message names; if the file is sound, report it."


class CertificateError(VerifyError):
    """A certificate is missing, damaged, or does not support what it claims."""

    code = "certificate"
    advice = "Do not use this bundle; build it again."


class ProgramError(VerifyError):
    """A bundle's program fails, hangs, or prints something else than its results."""

    code = "program"
    advice = "Run it alone by `zoo run`, and look at its messages."


class ArtifactError(ZooError):
    """A file for a chip is damaged, or not what its name says."""

    code = "artifact"
    advice = "Build it again, or fetch it again from where it came."


class BundleError(ZooError):
    """A bundle is damaged, incomplete, or was changed."""

    code = "bundle"
    advice = "Do not use it; build it again, or fetch it again."


class SignatureError(BundleError):
    """A bundle is not signed by the key that was demanded, or its signature is wrong."""

    code = "signature"
    advice = (
        "Do not use it, unless its maker has a new key; docs/signatures.md tells how keys change."
    )


class CacheError(ZooError):
    """The build cache cannot be read or written."""

    code = "cache"
    advice = (
        "`zoo cache check` finds damage, `zoo cache clear` removes it; `--cache` names another."
    )


class BoardError(ZooError):
    """A board cannot be reached, or cannot run its program."""

    code = "board"
    advice = "Check cable, address and permissions, and that the bundle is for this board."


class WorkerError(ZooError):
    """A process or machine that shares the work cannot be reached, or failed."""

    code = "worker"
    advice = "Look at its log; docs/matrix.md tells what workers need."


class ToolchainError(ZooError):
    """An external tool failed, or is no version that can be used."""

    exit_status = 3
    code = "tool"
    advice = "Its last lines are in the message; `zoo doctor` shows which tools are found."


class MissingToolError(ToolchainError):
    """An external tool or Python package that this needs is not installed."""

    code = "no-tool"
    advice = "`zoo doctor --fix` prints the command that installs what is missing."


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message: similar names, or else the first allowed names."""
    names = list(known)
    near = near_names(name, names)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    listed = ", ".join(names[:_LISTED]) or "none"
    more = f", ... ({len(names)} in all)" if len(names) > _LISTED else ""
    return f"; known: {listed}{more}"
