"""How a build quantizes: the quantization and scheme of a wish, and what they need."""

from collections.abc import Mapping
from pathlib import Path

from zoo import registry
from zoo.build.wish import Wish
from zoo.data.labelled_data import find_data, parse_name
from zoo.errors import MissingFileError, NoPicturesError, RefusedError, UsageError
from zoo.recipe import Recipe
from zoo.scheme import FLOAT_SCHEMES, OWN_INTEGERS
from zoo.target import Target

__all__ = [
    "PTQ",
    "QAT",
    "check_limits",
    "check_own_quantizer",
    "check_quantizer",
    "choose_quant",
    "choose_scheme",
    "demand_calibration",
    "hub_key",
    "published_quantizations",
    "usual_quant",
]

PTQ, QAT = "ptq", "qat"


def choose_quant(wish: Wish, hubs: Mapping[str, Path], usual: str = PTQ) -> str:
    """Return --quant, or the model's own quantization if that is omitted.

    hubs: of the model, as in Recipe.  usual: of a model that is not quantized. Raises UsageError if
    a file is already quantized and another quantization is requested.
    """
    if OWN_INTEGERS not in hubs:
        if wish.quant == OWN_INTEGERS:
            raise UsageError(
                f"{wish.model}: is not quantized; '{OWN_INTEGERS}' is for quantized files: use ptq"
            )
        return wish.quant or usual
    others = {
        f"--quant {wish.quant}": wish.quant not in ("", "none", PTQ, OWN_INTEGERS),
        f"--scheme {wish.scheme}": wish.scheme,
        f"--hub {wish.hub}": wish.hub,
    }
    for option, is_given in others.items():
        if is_given:
            raise UsageError(
                f"{wish.model}: is already quantized, and its own integers are kept; leave out "
                f"{option}, or give the float file"
            )
    return OWN_INTEGERS


def usual_quant(wish: Wish, recipe: Recipe, target: Target) -> str:
    """Return what a model is built in if the wish says nothing of integers."""
    asks_integers = wish.calibration or wish.scheme or wish.quantizer
    return PTQ if asks_integers or recipe.usual_quant not in target.schemes else recipe.usual_quant


def choose_scheme(wish: Wish, target: Target) -> str:
    """Return the scheme for a wish's quantization; raises RefusedError or UsageError."""
    for word in (wish.quant, wish.scheme):
        if word in target.refuses:
            raise RefusedError(f"{target.name} refuses '{word}': {target.refuses[word]}")
    if wish.quant == OWN_INTEGERS and wish.quant not in target.schemes:
        raise RefusedError(
            f"{wish.model}: is already quantized, which {target.name} does not take; give the "
            f"float file, with --quant {' or '.join(target.schemes)}"
        )
    if wish.quant not in target.schemes:
        allowed = ", ".join(target.schemes)
        raise UsageError(f"{target.name}: unknown quantization '{wish.quant}'; allowed: {allowed}")
    scheme = wish.scheme or target.schemes[wish.quant]
    allowed_schemes = {target.schemes[wish.quant], *target.accepts}
    if scheme not in allowed_schemes:
        registry.load("scheme", scheme)
        raise RefusedError(
            f"{target.name} does not take scheme '{scheme}' for '{wish.quant}'; "
            f"allowed: {', '.join(sorted(allowed_schemes))}"
        )
    return scheme


def hub_key(quant: str, scheme: str) -> str:
    """Return the name under which a recipe publishes a quantization in a scheme."""
    return quant if scheme in (*FLOAT_SCHEMES, OWN_INTEGERS) else f"{quant}.{scheme}"


def published_quantizations(recipe: Recipe, target: Target, scheme: str = "") -> list[str]:
    """Return the quantizations with a published hub that suits the target.

    scheme: instead of the target's own.
    """
    kept = (*FLOAT_SCHEMES, OWN_INTEGERS)
    floats = [q for q, own in target.schemes.items() if own in kept and q in recipe.hubs]
    integers = [q for q, own in target.schemes.items() if f"{q}.{scheme or own}" in recipe.hubs]
    return sorted((*floats, *integers))


def check_quantizer(wish: Wish, recipe: Recipe, target: Target, scheme: str, calib: str) -> None:
    if wish.quant not in registry.names("quantizer"):
        raise RefusedError(
            f"{recipe.name}: is not published quantized with '{wish.quant}' to '{scheme}', and no "
            f"plugin quantizes with it; --quant: {', '.join(registry.names('quantizer'))} with "
            f"{calib}"
        )
    if wish.calibration is None and wish.quant == OWN_INTEGERS:
        return
    if wish.calibration is None:
        others = () if wish.hub else published_quantizations(recipe, target, wish.scheme)
        raise NoPicturesError(
            f"{recipe.name}: quantizing it with '{wish.quant}' for {target.name} needs pictures of "
            f"what it will see: give a folder of them with {calib}"
            f"{''.join(f', or use --quant {quant}' for quant in others)}"
        )
    demand_calibration(wish.calibration, recipe)


def check_own_quantizer(wish: Wish) -> None:
    registry.load("quantizer", wish.quantizer)
    if wish.quant != PTQ or wish.calibration is None:
        raise UsageError(
            f"--quantizer needs --quant {PTQ} and --calib DIR; published and trained networks "
            "have their own"
        )


def check_limits(wish: Wish) -> None:
    if wish.quant not in (PTQ, QAT) or wish.calibration is None:
        raise UsageError(
            "--budget-kb and --max-loss choose bit widths, so layers are quantized anew: "
            f"give --calib DIR, and --quant {PTQ} or {QAT}"
        )


def demand_calibration(calibration: Path, recipe: Recipe) -> None:
    """Raise UsageError or DataError unless it names labelled data, or a folder of pictures.

    For a contract of signals, of WAV files. Reads none of them.
    """
    from zoo.data.pictures import demand_pictures
    from zoo.data.recordings import demand_recordings

    name = parse_name(calibration)
    if not name.folder.is_dir():
        found = "is a file" if name.folder.exists() else "no such folder"
        raise MissingFileError(f"{name.folder}: {found}; --calib needs a folder of pictures")
    if name.dataset:
        find_data(calibration, "train")  # raises for an unknown data set or split
    elif recipe.contract.signal:
        demand_recordings(name.folder)
    else:
        demand_pictures(name.folder)
