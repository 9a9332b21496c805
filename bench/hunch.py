"""Learns `handoff_app/answering/hunch.npz` from the messages in `tests/intent` and `tests/messages`.

`python -m bench.hunch` writes the file. The same texts give the same file.
"""

import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from handoff_app.answering.hunch import SIZE, Places, pieces, places
from handoff_app.answering.intent import shape_of

ROOT = Path(__file__).parent.parent
LABELS = {"escalate": 1.0, "requests": 1.0, "offer": 0.5, "angry": 0.5, "answer": 0.0, "traps": 0.0, "ordinary": 0.0}
ROUNDS, STEP, SHRINK = 25, 0.5, 3e-4


def main() -> None:
    texts, labels = zip(*messages(), strict=True)
    letters, letters_bias = learn([pieces(text) for text in texts], labels)
    shapes, shapes_bias = learn([places(shape_of(text)) for text in texts], labels)
    file = ROOT / "handoff_app" / "answering" / "hunch.npz"
    np.savez_compressed(
        file,
        **_whole("letters", letters),
        **_whole("shapes", shapes),
        bias=np.float32(letters_bias + shapes_bias),
    )
    print(f"{len(texts)} messages, {file.stat().st_size / 1024:.0f} KB")


def messages() -> Iterator[tuple[str, float]]:
    for table in sorted((ROOT / "tests").glob("intent/*.toml")) + sorted((ROOT / "tests").glob("messages/*.toml")):
        for kind, lines in tomllib.loads(table.read_text("utf-8")).items():
            if kind in LABELS:
                yield from ((line, LABELS[kind]) for line in lines.strip().splitlines())


def learn(touched: Sequence[Places], labels: Sequence[float]) -> tuple[npt.NDArray[np.float64], float]:
    """The weights and the bias of a logistic regression, by AdaGrad; `touched` are the weights of each message."""
    weights, slopes, bias = np.zeros(SIZE), np.full(SIZE, 1e-6), 0.0
    order = np.random.default_rng(0)
    for _ in range(ROUNDS):
        for at in order.permutation(len(touched)):
            found = touched[at]
            share = 1 / max(1, found.size) ** 0.5
            missed = 1 / (1 + np.exp(-(weights[found].sum() * share + bias))) - labels[at]
            slope = missed * share + SHRINK * weights[found]
            slopes[found] += slope**2
            weights[found] -= STEP * slope / np.sqrt(slopes[found])
            bias -= 0.01 * missed
    return weights, bias


def _whole(name: str, weights: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.generic] | np.generic]:
    scale = float(np.abs(weights).max() / 127)
    return {name: np.round(weights / scale).astype(np.int8), f"{name}_scale": np.float32(scale)}


if __name__ == "__main__":
    main()
