"""Learns `handoff_app/answering/hunch.npz` from the messages in `tests/intent` and `tests/messages`.

`python -m bench.hunch` writes the file. The same texts give the same file.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from handoff_app.answering.hunch import SIZE, pieces

ROOT = Path(__file__).parent.parent
LABELS = {"escalate": 1.0, "requests": 1.0, "answer": 0.0, "traps": 0.0, "ordinary": 0.0}
ROUNDS, STEP, SHRINK = 25, 0.5, 1e-3
SURE = 1.3  # log odds from which an offer is worth making: of other people's ordinary messages, 2.5 % get one


def main() -> None:
    rows = list(messages())
    weights, bias = learn([text for text, _ in rows], [label for _, label in rows])
    scale = float(np.abs(weights).max() / 127)
    file = ROOT / "handoff_app" / "answering" / "hunch.npz"
    whole = np.round(weights / scale).astype(np.int8)
    np.savez_compressed(file, weights=whole, bias=np.float32(bias - SURE), scale=np.float32(scale))
    print(f"{len(rows)} messages, {file.stat().st_size / 1024:.0f} KB")


def messages() -> Iterator[tuple[str, float]]:
    for table in sorted((ROOT / "tests").glob("intent/*.toml")) + sorted((ROOT / "tests").glob("messages/*.toml")):
        for kind, lines in tomllib.loads(table.read_text("utf-8")).items():
            if kind in LABELS:
                yield from ((line, LABELS[kind]) for line in lines.strip().splitlines())


def learn(texts: list[str], labels: list[float]) -> tuple[npt.NDArray[np.float64], float]:
    """The weights and the bias of a logistic regression, by AdaGrad."""
    touched = [pieces(text) for text in texts]
    weights, slopes, bias = np.zeros(SIZE), np.full(SIZE, 1e-6), 0.0
    order = np.random.default_rng(0)
    for _ in range(ROUNDS):
        for at in order.permutation(len(texts)):
            found = touched[at]
            share = 1 / max(1, found.size) ** 0.5
            missed = 1 / (1 + np.exp(-(weights[found].sum() * share + bias))) - labels[at]
            slope = missed * share + SHRINK * weights[found]
            slopes[found] += slope**2
            weights[found] -= STEP * slope / np.sqrt(slopes[found])
            bias -= 0.01 * missed
    return weights, bias


if __name__ == "__main__":
    main()
