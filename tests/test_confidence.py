"""How sure one may be, and how an owner's phrasings move it."""

import pytest

from handoff_app.answering.confidence import MEANING, WORDS, Confidence


@pytest.mark.parametrize("known", [WORDS, MEANING])
def test_a_lead_makes_surer_and_a_rival_less_sure(known: Confidence) -> None:
    alone, chased = known.sign(1.0, [0.2, 0.1]), known.sign(1.0, [0.9, 0.1])
    assert 0 < known.of(chased) < known.of(alone) < 1


def test_a_second_best_is_never_surer_than_the_best() -> None:
    assert MEANING.sign(0.9, [1.0, 0.2]) < MEANING.sign(1.0, [0.9, 0.2])


def test_nothing_tried_moves_nothing() -> None:
    assert MEANING.fitted([], []) == MEANING


def test_many_tries_move_it_to_what_they_show() -> None:
    signs = [number / 100 for number in range(400)]
    right = [sign > 3 for sign in signs]
    moved = MEANING.fitted(signs, right)
    assert moved.of(2.0) < MEANING.of(2.0)
    assert moved.of(3.5) > 0.5
    mean = sum(map(moved.of, signs)) / len(signs)
    assert abs(mean - 0.25) < abs(sum(map(MEANING.of, signs)) / len(signs) - 0.25)


def test_few_tries_move_it_little() -> None:
    moved = MEANING.fitted([2.0, 1.0], [False, False])
    assert abs(moved.of(2.0) - MEANING.of(2.0)) < 0.05


def test_tries_that_are_upside_down_never_turn_it_over() -> None:
    moved = WORDS.fitted([0.1] * 200 + [3.0] * 200, [True] * 200 + [False] * 200)
    assert moved.of(3.0) > moved.of(0.1)
