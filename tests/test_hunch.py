"""A hunch offers, where no grammar understands."""

import numpy as np
import pytest

from bench.hunch import learn
from handoff_app.answering.hunch import LONGEST, PIECES, pieces, suspects


@pytest.mark.parametrize("text", ["", " ", "???", "🙂", "." * 5_000])
def test_nothing_said_touches_nothing(text: str) -> None:
    assert pieces(text).size == 0
    assert not suspects(text)


@pytest.mark.parametrize("text", ["human " * 5_000, "\ufdfa" * 4_000, "abcdefghijklmnopqrstuvwxyz0123456789" * 400])
def test_the_work_on_any_message_is_bounded(text: str) -> None:
    assert pieces(text).size <= len(PIECES) * (2 * LONGEST + 2)


def test_case_and_accents_do_not_matter() -> None:
    assert np.array_equal(pieces("MÖCHTE"), pieces("mochte"))


def test_what_was_learned_tells_its_texts_apart() -> None:
    texts = ["may I have a human", "a human, if you please", "where is my order", "how do I pay"]
    weights, bias = learn(texts, [1, 1, 0, 0])
    scores = [weights[found].sum() / found.size**0.5 + bias for found in map(pieces, texts)]
    assert min(scores[:2]) > max(scores[2:])
