"""Numbers of the batches of a training that draws each batch anew."""

from collections.abc import Iterator

from torch.utils.data import Sampler

__all__ = ["EpochNumbers"]


class EpochNumbers(Sampler[int]):
    """Unique numbers of the batches of all epochs; Lightning calls `set_epoch`."""

    def __init__(self, count: int) -> None:
        self.count, self.epoch = count, 0

    def set_epoch(self, epoch: int) -> None:
        self.epoch = epoch

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[int]:
        # A generator reads the epoch at its first step, because a resumed training sets it after
        # `iter`.
        yield from range(self.epoch * self.count, (self.epoch + 1) * self.count)
