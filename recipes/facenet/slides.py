"""What the slides "Face / no face on a MAX78000" print of their networks, by our models' names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

__all__ = ["SLIDES", "SlideFigures"]


@dataclass(frozen=True)
class SlideFigures:
    """layers: by figure, of the first layers on, as many as are printed.  total: of the network.

    Figures have the names of the costs by layer (`zoo show --target max78000`); `weights_percent`
    is the share of the accelerator's memory.  accuracy_percent: of 8-bit networks.
    """

    layers: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    total: Mapping[str, float] = field(default_factory=dict)
    accuracy_percent: float | None = None


SLIDES: Mapping[str, SlideFigures] = MappingProxyType(
    {
        "facenet_v1.wider": SlideFigures(
            layers={
                "ops": (867_328, 604_032, 580_800, 569_184, 234_400, 1_600),
                "macc": (836_352,),
                "comp": (30_976,),
            },
            total={
                "ops": 2_857_344,
                "macc": 2_741_056,
                "comp": 116_288,
                "weight_bytes": 16_972,
                "weights_percent": 3.8,
                "bias_bytes": 2,
            },
            accuracy_percent=85,
        ),
        "facenet_v2.wider": SlideFigures(
            layers={"expected_us": (1652.05, 851.84, 367.84, 169.40, 34.50, 5.52, 0.16)},
            total={
                "ops": 9_666_944,
                "macc": 9_433_088,
                "comp": 233_856,
                "weight_bytes": 98_648,
                "weights_percent": 22.3,
                "expected_us": 3081.31,
            },
            accuracy_percent=86,
        ),
        "facenet_v3.wider": SlideFigures(total={"weight_bytes": 49_324, "weights_percent": 11.1}),
        "facenet_v5.wider": SlideFigures(
            layers={"expected_us": (79.05, 53.24, 19.00, 5.60, 0.16)},
            total={"expected_us": 157.05},
        ),
        "facenet_v6.wider": SlideFigures(
            layers={"expected_us": (826.03, 348.48, 87.12, 33.88, 11.00, 1.00)},
            total={"expected_us": 1307.51},
            accuracy_percent=82,
        ),
        "facenet_v7.wider": SlideFigures(
            layers={"expected_us": (206.51, 309.76, 96.80, 33.88, 11.00, 1.00)},
            total={"expected_us": 658.95},
            accuracy_percent=82,
        ),
    }
)
