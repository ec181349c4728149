"""One run of `zoo bench`: networks timed side by side, on a processor, a GPU or a board."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from zoo.bench import entries, gpu_entries
from zoo.bench.board import board_machine, measure_on_board
from zoo.bench.emulated import is_for_another_processor, measure_emulated
from zoo.bench.latency import ChainLatency, Latency
from zoo.bench.local import ThisMachine
from zoo.bench.ssh import connect
from zoo.bench.timing import Entry, machine, measure
from zoo.build.cache import Cache
from zoo.build.chain import is_chain_file, networks_of
from zoo.build.wish import Wish
from zoo.bundle.bundle import unpack
from zoo.errors import MissingToolError, RefusedError
from zoo.nvidia_gpu import find_gpu
from zoo.user_file import is_user_file

__all__ = ["Contest", "on_board", "on_gpu", "on_processor"]

Timed = tuple[Mapping[str, object], list[Latency]]
"""The machine, as in `zoo.bench.timing.machine`, and the latencies measured on it."""


@dataclass(frozen=True)
class Contest:
    """Models in several quantizations, each timed `rounds` times `runs` times.

    quants: () for that of a chain file, or else the usual ones.
    random_weights: instead of the published ones.  left_out: called with each skipped network's
    reason.
    """

    models: Sequence[str]
    quants: Sequence[str]
    usual_quants: Sequence[str]
    rounds: int
    runs: int
    random_weights: bool
    cache: Cache
    left_out: Callable[[str], None]

    def wishes(self, target: str, runtime: str, folder: Path) -> Iterator[Wish]:
        """Yield a wish for each model, and each of a chain file.

        folder: for random weights, and for pictures to quantize files with.
        """
        for model in self.models:
            asked = Wish(model, target, runtime=runtime)
            for wish in networks_of(asked) if is_chain_file(model) else (asked,):
                if self.random_weights:
                    yield entries.with_random_weights(wish, folder)
                elif is_user_file(wish.model) and wish.contract is None:
                    yield entries.of_file(wish, folder)
                else:
                    yield wish

    def quants_of(self, wish: Wish) -> Sequence[str]:
        """Return the quantizations of one model."""
        return self.quants or ((wish.quant,) if wish.quant else self.usual_quants)

    def measure(
        self, entered: Sequence[Entry], refused: Sequence[RefusedError], threads: int = 1
    ) -> list[Latency]:
        """Time all subjects; raises the first refusal if there are none."""
        if not entered and refused:
            raise refused[0]
        for reason in dict.fromkeys(map(str, refused)):
            self.left_out(reason)
        return measure(entered, threads, self.rounds, self.runs)


def on_processor(
    contest: Contest,
    threads: int,
    *,
    targets: Sequence[str],
    runtime: str,
    peers: Sequence[tuple[Path, Path]],
    baseline: bool,
    also_in: Sequence[str],
) -> Timed:
    """Time on this machine's processor in each target's runtime; options as in `zoo bench`.

    Raises RefusedError if no target supports any of them.
    """
    entered: list[Entry] = []
    refused: list[RefusedError] = []
    with TemporaryDirectory(prefix="zoo-bench-") as name:
        folder = Path(name)
        for wish in contest.wishes(targets[0], runtime, folder):
            entered.extend(
                entries.ours(wish, targets, contest.quants_of(wish), contest.cache, refused.append)
            )
            if baseline:
                entered.append(entries.baseline(wish, contest.cache, folder))
        entered.extend(entries.peers(peers))
        entered.extend([*entries.in_others(entered, also_in)])
        return machine(), contest.measure(entered, refused, threads)


def on_gpu(contest: Contest, batches: Sequence[int]) -> Timed:
    """Time on this machine's NVIDIA GPU; raises ToolchainError if there is none."""
    gpu = find_gpu()
    if gpu is None:
        raise MissingToolError(
            "--device cuda: nvidia-smi finds no NVIDIA GPU in this machine; install its driver, "
            "or time a board's bundle with --ssh"
        )
    entered: list[Entry] = []
    refused: list[RefusedError] = []
    with TemporaryDirectory(prefix="zoo-bench-") as name:
        folder = Path(name)
        for wish in contest.wishes("x86", "", folder):
            entered.extend(
                gpu_entries.on_gpu(
                    wish,
                    gpu,
                    contest.quants_of(wish),
                    batches,
                    contest.cache,
                    folder,
                    refused.append,
                )
            )
        return machine(gpu), contest.measure(entered, refused)


def on_board(
    host: str, bundles: Sequence[str], threads: int, runs: int
) -> tuple[Mapping[str, object], list[Latency], list[ChainLatency]]:
    """Time bundles by their own programs, also chains by part.

    host: of --ssh, '' for this machine. Raises BoardError, and BundleError before the board is
    reached.
    """
    with TemporaryDirectory(prefix="zoo-bench-") as folder:
        archives = [Path(bundle) for bundle in bundles]
        unpacked = [unpack(a, Path(folder, str(i))) for i, a in enumerate(archives)]
        with connect(host) if host else nullcontext(ThisMachine()) as board:
            measured = [
                measure_emulated(bundle, threads, runs)
                if not host and is_for_another_processor(bundle)
                else measure_on_board(board, archive, bundle, threads, runs)
                for archive, bundle in zip(archives, unpacked, strict=True)
            ]
            latencies = [latency for networks, _ in measured for latency in networks]
            chains = [chain for _, parts in measured for chain in parts]
            return board_machine(board), latencies, chains
