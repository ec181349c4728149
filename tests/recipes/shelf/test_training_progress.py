"""What a training tells: each epoch, long ones in between, and the time that is left."""

from types import SimpleNamespace

import pytest

pytest.importorskip("lightning", reason="PyTorch and Lightning are not installed")

from recipes.shelf import trainer as module


class Training:
    """Stands for Lightning's trainer, with a clock."""

    def __init__(self, first_epoch: int, lines: list[str]) -> None:
        self.now_s, self.lines = 0.0, lines
        self.told = module._Progress(lambda: self.now_s)
        self.trainer = SimpleNamespace(
            max_epochs=4,
            current_epoch=first_epoch,
            num_training_batches=10,
            callback_metrics={"val_nme": 0.25},
            sanity_checking=False,
        )
        self.told.on_train_start(self.trainer, None)

    def batch(self, index: int, seconds: float) -> None:
        self.now_s += seconds
        self.told.on_train_batch_end(self.trainer, None, None, None, index)

    def end_epoch(self, seconds: float) -> None:
        self.now_s += seconds
        self.told.on_validation_end(self.trainer, None)
        self.trainer.current_epoch += 1


@pytest.fixture
def begin(monkeypatch):
    lines: list[str] = []
    monkeypatch.setattr(module, "rank_zero_info", lines.append)
    return lambda first_epoch=0: Training(first_epoch, lines)


def test_each_epoch_is_told_with_the_time_left(begin):
    training = begin()
    for _ in range(4):
        training.end_epoch(600)
    assert training.lines == [
        "epoch 1 of 4: val_nme 0.250, about 30 min left",
        "epoch 2 of 4: val_nme 0.250, about 20 min left",
        "epoch 3 of 4: val_nme 0.250, about 10 min left",
        "epoch 4 of 4: val_nme 0.250",
    ]


def test_a_long_epoch_is_told_every_minute(begin):
    training = begin()
    for index in range(10):
        training.batch(index, 31)
    assert training.lines == [
        "epoch 1 of 4: 20 % done, about 20 min left",
        "epoch 1 of 4: 40 % done, about 19 min left",
        "epoch 1 of 4: 60 % done, about 18 min left",
        "epoch 1 of 4: 80 % done, about 17 min left",
    ]


def test_a_training_that_goes_on_has_the_pace_of_its_own_epochs(begin):
    training = begin(2)
    training.end_epoch(60)
    assert training.lines == ["epoch 3 of 4: val_nme 0.250, about 60 s left"]


def test_the_check_before_training_is_no_epoch(begin):
    training = begin()
    training.trainer.sanity_checking = True
    training.told.on_validation_end(training.trainer, None)
    assert training.lines == []
