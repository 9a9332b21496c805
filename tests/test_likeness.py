"""Which past question is like this one: by meaning with the real model, by words without it."""

from collections.abc import Sequence

import numpy as np

from handoff_app.answering.encoder import Encoder, Vectors
from handoff_app.answering.likeness import REMEMBERED, Likeness

PAST = ["Can I return worn boots?", "How heavy is the Carry 45 backpack?", "Do you ship to Iceland?"]


async def without(texts: Sequence[str]) -> Vectors | None:
    """There is no model here."""
    return None


async def test_the_same_question_in_other_words_is_found_by_meaning() -> None:
    encoder = Encoder()

    async def encode(texts: Sequence[str]) -> Vectors | None:
        return encoder.questions(texts)

    likeness = Likeness(encode)
    assert await likeness.nearest("Do you deliver to Iceland?", PAST) == 2
    assert await likeness.nearest("Is there a job for me at your office?", PAST) is None
    assert await likeness.nearest("Anything", []) is None


async def test_without_the_model_words_decide() -> None:
    assert await Likeness(without).nearest("Can I return the worn boots?", PAST) == 0
    assert await Likeness(without).nearest("Where is my parcel?", PAST) is None


async def test_a_text_is_encoded_once_and_the_oldest_are_forgotten() -> None:
    asked: list[str] = []

    async def encode(texts: Sequence[str]) -> Vectors | None:
        asked.extend(texts)
        return np.eye(1, 4, dtype=np.float32).repeat(len(texts), axis=0)

    likeness = Likeness(encode)
    assert await likeness.nearest("a", ["b", "c"]) == 0
    assert await likeness.nearest("a", ["b", "d"]) == 0
    assert sorted(asked) == ["a", "b", "c", "d"]
    await likeness.nearest("e", [str(n) for n in range(REMEMBERED)])
    assert len(likeness._known) == REMEMBERED
