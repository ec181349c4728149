"""Quantization-aware training of the detector on drawn faces."""

from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("lightning")

from recipes.facedet.fit import Schedule, unlike  # noqa: E402
from zoo import registry  # noqa: E402
from zoo.build.cache import Cache  # noqa: E402
from zoo.build.pipeline import STAGES, build  # noqa: E402
from zoo.build.plan import make_plan  # noqa: E402
from zoo.build.wish import Wish  # noqa: E402
from zoo.graph import Graph  # noqa: E402

PLAN = Schedule()


@pytest.fixture
def quantize(drawn_photos: Path, tmp_path: Path) -> Callable[..., Graph]:
    """Return quantize(seed): the integer graph after an epoch of few crops."""

    def run(seed: int) -> Graph:
        words = {"calibration": drawn_photos, "epochs": 1, "seed": seed, "quantization_bound": 9.0}
        plan = make_plan(Wish("facedet_160.wider", "x86", "qat", **words))
        stages = tuple(stage for stage in STAGES if stage.name in ("hub", "quantize"))
        done = build(plan, Cache(tmp_path / "cache"), stages=stages)
        hub = done["quantize"] / "hub.onnx"
        return registry.load("format", "onnx").read(hub.read_bytes(), str(hub))

    return run


def test_the_seed_decides_everything(
    quantize: Callable[..., Graph], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recipes.facedet.fit.Schedule", lambda: Schedule(crops=4, batch_size=2))
    first = quantize(1)
    assert first.metadata["zoo.quantizer"] == "qat"
    Cache(tmp_path / "cache").clear()
    assert quantize(1) == first
    assert quantize(2) != first


def maps(logit: float, distance: float) -> dict[str, torch.Tensor]:
    values = torch.full((1, 5, 2, 2), distance)
    values[:, 0] = logit
    return {"faces_8": values}


def test_nothing_is_lost_by_the_same_maps() -> None:
    assert unlike(maps(0.3, 2.0), maps(0.3, 2.0), PLAN).item() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("found", [maps(0.5, 2.0), maps(0.3, 2.2)])
def test_scores_and_distances_count(found: dict[str, torch.Tensor]) -> None:
    assert unlike(found, maps(0.3, 2.0), PLAN).item() > 1e-3


def test_distances_count_where_the_float_network_sees_a_face() -> None:
    taught = maps(-9.0, 2.0)
    taught["faces_8"][0, 0, 0, 0] = 3.0
    at_face, elsewhere = ({"faces_8": taught["faces_8"].clone()} for _ in range(2))
    at_face["faces_8"][0, 1:, 0, 0] += 1
    elsewhere["faces_8"][0, 1:, 1, 1] += 1
    assert unlike(at_face, taught, PLAN) > 10 * unlike(elsewhere, taught, PLAN)
