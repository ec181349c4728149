"""A model card has the figures, the licence and the training."""

from recipes.hrnet.card import render_card
from recipes.hrnet.variants import DEFAULT
from zoo.data.evaluation import Evaluation

RECORD = {
    "model": DEFAULT.name,
    "data": [{"name": "faces/train", "faces": 2009, "points": 68}],
    "training_faces": 1908,
    "held_out_faces": 101,
    "epochs": 140,
    "seed": 0,
    "start": None,
    "teachers": ["pfld_1.0x.300w68"],
    "changed_settings": {"precision": "bf16-mixed"},
    "versions": {"torch": "2.13.0"},
}


def test_a_card() -> None:
    measured = {
        "none": Evaluation("faces", 554, {"nme_interocular_percent": 3.694}),
        "ptq.w8a8-sym": Evaluation("faces", 554, {"nme_interocular_percent": 3.71}),
    }
    card = " ".join(render_card(DEFAULT, measured, RECORD, 421_276).split())
    assert card.startswith("# hrnet_w8-128.300w68 68 facial landmarks")
    assert "an HRNet (Sun et al. 2019, arXiv:1908.07919) of width 8 with 421,276 parameters" in card
    assert (
        "| metric | none | ptq.w8a8-sym | | --- | --- | --- | | nme interocular, % | 3.69 | "
        in card
    )
    assert "for research only; see [LICENSE.300w68.txt](LICENSE.300w68.txt)" in card
    assert "for 140 epochs with seed 0, taught by pfld_1.0x.300w68" in card
