"""Proof of a chain: its detector alone, and the program end to end on whole pictures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo import registry
from zoo.data.processing import postprocess, preprocess, value_specs, whole
from zoo.data.regions import landmark_box, places_of, regions_of
from zoo.data.values import read_values
from zoo.errors import VerifyError
from zoo.picture import read_picture
from zoo.plugs import AppGenerator, AppRun, ChainRun
from zoo.proof.certificate import OF_DETECTOR, Check
from zoo.proof.comparison import Outputs, compare, judging, least_units, output_scales
from zoo.proof.proof import Evidence, Proof, app_exactness, post_exactness, prove, read_hub
from zoo.region_rule import RegionRule
from zoo.step import Box, Frame, Place, is_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Chain", "prove_all"]

_SECOND_PASS = "the second pass looks where the first one's landmarks are, which differ"
_LARGEST_SHIFT = 0.01
"""Of a region's side: how far a second pass may be from ours, where a board rounds differently."""
_SAME = 1e-5
"""Likewise: the program prints nine digits."""
_NOTHING_FOUND = "the detector finds nothing in the golden pictures, so nothing was compared"


@dataclass(frozen=True)
class Chain:
    """What is proven beside the network: its detector, without a program, and the rule between."""

    detector: Evidence
    regions: RegionRule


def prove_all(evidence: Evidence, chain: Chain | None) -> tuple[Proof, Proof | None]:
    """Return the proofs of a network and of its detector; the latter ends with the chain's checks.

    The whole pictures are the golden inputs of both, without their boxes.
    """
    proof = prove(evidence)
    if chain is None:
        return proof, None
    found = prove(chain.detector)
    checks = [*found.checks, *(() if evidence.program is None else _prove_app(evidence, chain))]
    named = tuple(replace(check, step=f"{OF_DETECTOR}{check.step}") for check in checks)
    return proof, replace(found, checks=named)


def _prove_app(evidence: Evidence, chain: Chain) -> Iterator[Check]:
    """Compare the program with the artifacts.

    The regions follow from the boxes that the program found, so each step has its own cause.
    """
    detector, app = chain.detector, registry.load("app", evidence.app)
    pictures = _pictures(evidence, chain)
    assert evidence.program is not None
    files = [part.folder / part.main for part in (evidence, detector)]
    runs: Sequence[ChainRun] = app.run_chain(evidence.program, *files, pictures)
    to_app = f"-> app ({app.stand_in})" if app.stand_in else "-> app"
    detect, alone = _Network(detector), [run.detector for run in runs]
    images = [read_picture(picture) for picture in pictures]
    looks = [detect.look(image, whole(image)) for image in images]
    yield _outputs_check(f"artifact {to_app}", detector, app, looks, alone)
    yield _record_check("post-processing -> app's record", detector, looks, alone)
    wanted, found = _regions(evidence, chain, images, looks, runs)
    check = _outputs_check(f"regions {to_app}", evidence, app, wanted, found)
    differs = app.stand_in_differs or (app.stand_in and not evidence.is_quantized)
    if chain.regions.passes > 1 and differs:
        check = replace(check, bound=None, why=f"{_SECOND_PASS} in the {app.stand_in}")
    yield check
    yield _record_check("post-processing of regions -> app's record", evidence, wanted, found)


def _pictures(evidence: Evidence, chain: Chain) -> list[Path]:
    """Return the golden pictures of both networks, each once."""
    every = [golden.image for golden in (*evidence.golden, *chain.detector.golden)]
    return list({path.read_bytes(): path for path in reversed(every)}.values())[::-1]


@dataclass(frozen=True)
class _Look:
    """What a network gives for a box in a picture."""

    box: Box
    frame: Frame
    outputs: Outputs


class _Network:
    """An artifact that is run here, with its contract."""

    def __init__(self, evidence: Evidence) -> None:
        self.contract = evidence.contract
        executor = registry.load("executor", evidence.executor)
        self._run = executor.load(evidence.folder, evidence.main)

    def look(self, image: "NDArray[np.uint8]", box: Box, points: Sequence[Place] = ()) -> _Look:
        frame = preprocess(self.contract, image, box, points)
        assert frame.input_chw is not None
        found = self._run({self.contract.input.name: frame.input_chw[np.newaxis]})
        return _Look(box, frame, {name: values[0] for name, values in found.items()})

    def look_again(
        self, image: "NDArray[np.uint8]", region: Box, points: Sequence[Place], passes: int
    ) -> _Look:
        """Look at a region, then at the landmarks that were found and their box."""
        found = self.look(image, region, points)
        for _ in range(1, passes):
            landmarks = postprocess(self.contract, found.outputs, found.frame)["landmarks"]
            again = landmark_box(landmarks)
            if not is_box(again):
                break
            found = self.look(image, again, places_of(landmarks))
        return found


def _regions(
    evidence: Evidence,
    chain: Chain,
    images: "Sequence[NDArray[np.uint8]]",
    looks: Sequence[_Look],
    runs: Sequence[ChainRun],
) -> tuple[list[_Look], list[AppRun]]:
    """Return what network and program give for each region, in order.

    Raises VerifyError if the program looked at another number of regions than it found boxes.
    """
    network, wanted, found = _Network(evidence), list[_Look](), list[AppRun]()
    for number, (image, look, run) in enumerate(zip(images, looks, runs, strict=True), start=1):
        values = postprocess(chain.detector.contract, run.detector.outputs, look.frame)
        regions = [*regions_of(values["boxes"], chain.regions)]
        if len(regions) != len(run.regions):
            raise VerifyError(
                f"step 'regions -> app': in picture {number} the app looked at {len(run.regions)} "
                f"regions, its detector found {len(regions)}; do not deploy this build"
            )
        for (row, region), its_run in zip(regions, run.regions, strict=True):
            points = places_of(values["keypoints"][row]) if "keypoints" in values else ()
            own = network.look_again(image, region, points, chain.regions.passes)
            box = _last_box(its_run, own.box, number)
            seen = own if box == own.box else network.look(image, box, own.frame.points)
            wanted.append(seen)
        found += run.regions
    return wanted, found


def _last_box(run: AppRun, own: Box, number: int) -> Box:
    """Return the box where the program looked last: ours if it is the same, otherwise its own.

    A board that rounds differently finds slightly other landmarks, and looks again where they are.
    Raises VerifyError for a box elsewhere.
    """
    x, y, width, height = (float(value) for value in run.record["box"])
    box = x, y, width, height
    away = max(abs(one - other) for one, other in zip(box, own, strict=True))
    if away > _LARGEST_SHIFT * max(own[2:]):
        raise VerifyError(
            f"step 'regions -> app': in picture {number} the app looked at {box}, {away:g} pixels "
            f"from {own}; do not deploy this build"
        )
    return own if away < _SAME * max(own[2:]) else box


def _outputs_check(
    step: str,
    evidence: Evidence,
    app: AppGenerator,
    wanted: Sequence[_Look],
    found: Sequence[AppRun],
) -> Check:
    graph = read_hub(evidence.hub)
    exactness = app_exactness(app, evidence, evidence.exactness.bound)
    if not wanted:
        exactness = replace(exactness, bound=inf, why=_NOTHING_FOUND)
    judged, scales = judging(exactness, graph), output_scales(graph)
    expected, outputs = [look.outputs for look in wanted], [run.outputs for run in found]
    least, spread = least_units(graph), exactness.bound
    return compare(step, expected, outputs, judged, scales, spread=spread, least=least)


def _record_check(
    step: str, evidence: Evidence, wanted: Sequence[_Look], found: Sequence[AppRun]
) -> Check:
    """Compare the program's records with what its own outputs become."""
    specs = value_specs(evidence.contract)
    pairs = list(zip(wanted, found, strict=True))
    expected = [postprocess(evidence.contract, run.outputs, look.frame) for look, run in pairs]
    records = [read_values(run.record, specs) for run in found]
    exactness = post_exactness(evidence.contract)
    if not wanted:
        exactness = replace(exactness, bound=inf, why=_NOTHING_FOUND)
    return compare(step, expected, records, exactness)
