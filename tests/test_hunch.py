"""A hunch says how likely a request is, where no rule understands."""

import numpy as np
import pytest

from bench.hunch import learn
from handoff_app.answering.hunch import LONGEST, PIECES, Weights, odds, pieces, places


@pytest.mark.parametrize("text", ["", " ", "???", "🙂", "." * 5_000])
def test_nothing_said_touches_nothing(text: str) -> None:
    assert pieces(text).size == 0
    assert odds(text, set()) == -np.inf


@pytest.mark.parametrize("text", ["human " * 5_000, "\ufdfa" * 4_000, "abcdefghijklmnopqrstuvwxyz0123456789" * 400])
def test_the_work_on_any_message_is_bounded(text: str) -> None:
    assert pieces(text).size <= len(PIECES) * (2 * LONGEST + 2)


def test_case_and_accents_do_not_matter() -> None:
    assert np.array_equal(pieces("MÖCHTE"), pieces("mochte"))


def test_what_was_learned_tells_its_texts_apart() -> None:
    texts = ["may I have a human", "a human, if you please", "where is my order", "how do I pay"]
    touched = [pieces(text) for text in texts]
    weights, bias = learn(touched, [1, 1, 0, 0])
    scores = [weights[found].sum() / found.size**0.5 + bias for found in touched]
    assert min(scores[:2]) > max(scores[2:])


def test_weights_in_whole_numbers_are_summed_without_running_over() -> None:
    assert Weights(np.full(1 << 15, 127, dtype=np.int8), scale=2.0).sum(np.arange(10_000)) == 127 * 2 * 100


def test_signs_touch_each_weight_once() -> None:
    assert places(["want", "want"]).size == places({"want"}).size == 1
    assert places([]).size == 0
