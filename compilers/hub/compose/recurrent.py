"""Recurrent layers over a known number of steps, unrolled into dense layers and products.

ONNX's operators LSTM, GRU and RNN with layout 1: X [N, T, C], Y [N, T, D, H], states [N, D, H]; D
is 2 for both directions. Only an initial state of 0 is supported, so the first step has none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from compilers.hub.compose.parts import Parts

__all__ = ["COMPOSITIONS"]

_STEPS_MAX = 64
_ACTIVATIONS = {
    "LSTM": ("sigmoid", "tanh", "tanh"),
    "GRU": ("sigmoid", "tanh"),
    "RNN": ("tanh",),
}
_DIRECTIONS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}
_LIMITS = ("clip", "input_forget", "activation_alpha", "activation_beta")
_UNSUPPORTED_INPUTS = {
    4: "lengths of sequences",
    5: "an initial state",
    6: "an initial cell state",
    7: "peepholes",
}

State = tuple[str, ...]
"""The hidden state and, of an LSTM, the cell's, both [N, H]; empty before the first step."""


@dataclass(frozen=True)
class _Recurrence:
    """What a step needs of one direction's parameters.

    r: names of the recurrent matrices, [rows, H] each.  rb: biases beside them, for a GRU.
    """

    hidden: int
    r: tuple[str, ...]
    rb: tuple[NDArray[np.float32], ...] = ()


Cell = Callable[[Parts, _Recurrence, str, State], State]
"""Returns the next state from a step's W x + bias [N, gates * H] and the last state."""


def _layer(cell: Cell) -> Callable[[Parts], None]:
    def compose(parts: Parts) -> None:
        _require_plain(parts)
        states = [
            _run(parts, cell, index, is_reverse)
            for index, is_reverse in enumerate(_directions(parts))
        ]
        _give(parts, states)

    return compose


def _run(parts: Parts, cell: Cell, direction: int, is_reverse: bool) -> list[State]:
    """Return the states after each step of one direction, in the order of time."""
    steps, _ = parts.sizes()
    matrix, bias, recurrence = _parameters(parts, direction)
    product = parts.add("MatMul", parts.input(), matrix)
    inputs = parts.add("Add", product, parts.reals(bias))
    states: list[State] = [()] * steps
    state: State = ()
    for step in sorted(range(steps), reverse=is_reverse):
        index = parts.constant("step", np.array(step, np.int64))
        state = cell(parts, recurrence, parts.add("Gather", inputs, index, axis=1), state)
        states[step] = state
    return states


def _parameters(parts: Parts, direction: int) -> tuple[str, NDArray[np.float32], _Recurrence]:
    """Return the input matrix's name [C, rows], its bias, and what steps need."""
    w, r = parts.tensor(1).data, parts.tensor(2).data
    bias = parts.call.inputs[3] if len(parts.call.inputs) > 3 else None
    if w is None or r is None or (bias is not None and bias.data is None):
        raise parts.refusal("its weights are computed", "only constant ones are supported")
    rows, hidden = r.shape[1:]
    both = np.zeros(2 * rows, np.float32) if bias is None else np.asarray(bias.data)[direction]
    wb, rb = np.split(both, 2)
    matrix = parts.constant("w", w[direction].T)
    if parts.call.op_type != "GRU":
        return matrix, wb + rb, _Recurrence(hidden, (parts.constant("r", r[direction]),))
    own = np.split(r[direction], [2 * hidden])
    names = tuple(parts.constant("r", part) for part in own)
    return matrix, wb, _Recurrence(hidden, names, tuple(np.split(rb, [2 * hidden])))


def _lstm(parts: Parts, own: _Recurrence, x: str, state: State) -> State:
    """c' = sigmoid(f) * c + sigmoid(i) * tanh(g), h' = sigmoid(o) * tanh(c')."""
    gates = parts.add("Add", x, _product(parts, own.r[0], state[0])) if state else x
    i, o, f, g = (_gate(parts, gates, own.hidden, index) for index in range(4))
    cell = parts.add("Mul", parts.add("Sigmoid", i), parts.add("Tanh", g))
    if state:
        cell = parts.add("Add", parts.add("Mul", parts.add("Sigmoid", f), state[1]), cell)
    return parts.add("Mul", parts.add("Sigmoid", o), parts.add("Tanh", cell)), cell


def _gru(parts: Parts, own: _Recurrence, x: str, state: State) -> State:
    """h' = n + z * (h - n), where n reads R (r * h), or r * (R h) if linear_before_reset."""
    gates = parts.add("Add", _cut(parts, x, 0, 2 * own.hidden), parts.reals(own.rb[0]))
    if state:
        gates = parts.add("Add", gates, _product(parts, own.r[0], state[0]))
    z, r = (parts.add("Sigmoid", _gate(parts, gates, own.hidden, index)) for index in range(2))
    inside = _inside(parts, own, r, state)
    new = parts.add("Tanh", parts.add("Add", _gate(parts, x, own.hidden, 2), inside))
    if not state:
        return (parts.add("Sub", new, parts.add("Mul", z, new)),)
    return (parts.add("Add", new, parts.add("Mul", z, parts.add("Sub", state[0], new))),)


def _inside(parts: Parts, own: _Recurrence, r: str, state: State) -> str:
    """Return what the last state adds to a GRU's new one, bias included."""
    bias = parts.reals(own.rb[1])
    if parts.attribute("linear_before_reset", 0):
        known = parts.add("Add", _product(parts, own.r[1], state[0]), bias) if state else bias
        return parts.add("Mul", r, known)
    if not state:
        return bias
    return parts.add("Add", _product(parts, own.r[1], parts.add("Mul", r, state[0])), bias)


def _rnn(parts: Parts, own: _Recurrence, x: str, state: State) -> State:
    """h' = tanh(W x + R h)."""
    inside = parts.add("Add", x, _product(parts, own.r[0], state[0])) if state else x
    return (parts.add("Tanh", inside),)


def _product(parts: Parts, matrix: str, h: str) -> str:
    """Return R h as a dense layer."""
    return parts.add("Gemm", h, matrix, transB=1)


def _gate(parts: Parts, gates: str, hidden: int, index: int) -> str:
    return _cut(parts, gates, index * hidden, (index + 1) * hidden)


def _cut(parts: Parts, value: str, start: int, end: int) -> str:
    """Return columns of [N, K]."""
    return parts.add("Slice", value, *(parts.integers([n]) for n in (start, end, 1)))


def _directions(parts: Parts) -> tuple[bool, ...]:
    """Return whether each direction runs backwards."""
    return _DIRECTIONS[str(parts.attribute("direction", "forward")).lower()]


def _require_plain(parts: Parts) -> None:
    """Refuse what is not unrolled."""
    x, steps = parts.tensor(), parts.sizes()[0]
    if not parts.attribute("layout", 0):
        raise parts.refusal(
            f"the first axis of '{x.name}' {x.shape} counts its steps",
            "the network's first axis must be the batch: use batch_first=True, or transpose inside",
        )
    given = tuple(str(name).lower() for name in parts.attribute("activations", ()))
    usual = _ACTIVATIONS[parts.call.op_type] * len(_directions(parts))
    limits = [name for name in _LIMITS if parts.attribute(name)]
    if limits or given not in ((), usual):
        raise parts.refusal(
            f"it has '{limits[0]}'" if limits else f"its activations are {', '.join(given)}",
            f"only {', '.join(usual)} without limits are supported",
        )
    for index, tensor in enumerate(parts.call.inputs):
        if index in _UNSUPPORTED_INPUTS and tensor is not None:
            zero = index > 4 and tensor.data is not None and not tensor.data.any()
            if not zero:
                raise parts.refusal(
                    f"it has {_UNSUPPORTED_INPUTS[index]}",
                    "only full sequences from an initial state of 0 are supported",
                )
    if steps > _STEPS_MAX:
        raise parts.refusal(
            f"it runs over {steps} steps, which are unrolled",
            f"at most {_STEPS_MAX} are supported: shorten the input, or use 1-D convolutions",
        )


def _give(parts: Parts, states: Sequence[Sequence[State]]) -> None:
    """Give Y [N, T, D, H] and the last states [N, D, H], as far as these have a name.

    states: by direction and step.
    """
    hidden = int(parts.tensor(2).shape[2])
    outputs = (*parts.node.outputs, "", "")
    rows = [_joined(parts, _rows(parts, way, hidden), 1) for way in states if outputs[0]]
    values = [_joined(parts, rows, 2) if rows else states[0][0][0]]
    ends = [
        way[0] if is_reverse else way[-1]
        for way, is_reverse in zip(states, _directions(parts), strict=True)
    ]
    for index, name in enumerate(outputs[1 : 1 + len(ends[0])]):
        last = [parts.reshape(end[index], (1, hidden)) for end in ends] if name else []
        values.append(_joined(parts, last, 1) if last else ends[0][index])
    parts.give(*values)


def _rows(parts: Parts, states: Sequence[State], hidden: int) -> list[str]:
    """Return the hidden states, [N, 1, 1, H] each."""
    return [parts.reshape(state[0], (1, 1, hidden)) for state in states]


def _joined(parts: Parts, values: Sequence[str], axis: int) -> str:
    return values[0] if len(values) == 1 else parts.add("Concat", *values, axis=axis)


COMPOSITIONS: Mapping[str, Callable[[Parts], None]] = MappingProxyType(
    {"LSTM": _layer(_lstm), "GRU": _layer(_gru), "RNN": _layer(_rnn)}
)
