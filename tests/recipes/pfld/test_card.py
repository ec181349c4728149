"""What a model card says of the training."""

import json

from recipes.pfld.card import render_card
from recipes.pfld.recipe import WEIGHTS
from recipes.pfld.variants import VARIANTS
from zoo.data.evaluation import Evaluation

VARIANT = VARIANTS["pfld_0.25x.300w68"]
MEASURED = {"none": Evaluation("faces", 1, {"nme_percent": 3.0})}
RECORD = json.loads((WEIGHTS / f"{VARIANT.name}.training.json").read_text("utf-8"))


def training_section(record: object) -> str:
    card = render_card(VARIANT, MEASURED, record, 1)  # type: ignore[arg-type]
    return " ".join(card.partition("## Training")[2].split())


def test_one_training() -> None:
    assert f"Trained as {VARIANT.name} for {RECORD['epochs']} epochs" in training_section(RECORD)


def test_the_mean_of_trainings_tells_of_each() -> None:
    inner = {"mean_of": [RECORD | {"epochs": 11}, RECORD | {"epochs": 22}]}
    text = training_section({"mean_of": [inner, RECORD | {"epochs": 33}]})
    assert text.startswith(
        "The mean of the weights of 2 trainings. (1) The mean of the weights of 2 trainings. (1) "
    )
    positions = [text.index(f" for {epochs} epochs") for epochs in (11, 22, 33)]
    assert positions == sorted(positions)
