"""How near a question is in meaning to articles that were asked for in several ways."""

import numpy as np

from handoff_app.answering.encoder import Encoder
from handoff_app.answering.meaning import PART, Meaning

REFUND = ["I want my money back", "get a refund", "how do refunds work", "give me back what I paid"]
TRACK = ["where is my parcel", "track my order", "has it been sent yet"]
HOURS = ["when are you open"]


def meaning(*phrasings: list[str]) -> Meaning:
    return Meaning(Encoder(), phrasings, [[""] for _ in phrasings], frozenset())


def test_an_article_is_what_its_phrasings_share() -> None:
    known = meaning(REFUND, TRACK, HOURS)
    scores, _ = known.scores(known.asked(["can you reimburse me"]))
    assert scores.argmax() == 0


def test_a_phrasing_thought_away_leaves_the_others_of_its_article() -> None:
    known = meaning(REFUND, TRACK, HOURS)
    asked = known.asked([TRACK[1]])
    (there,), _ = known.scores(asked)
    (away,), _ = known.scores(asked, without=1)
    assert away[1] < there[1]
    assert away.argmax() == 1
    assert np.array_equal(np.delete(away, 1), np.delete(there, 1))


def test_more_articles_than_are_looked_at_together_are_all_known() -> None:
    known = meaning(*([f"part {number}"] for number in range(PART)), REFUND, HOURS)
    scores, _ = known.scores(known.asked(["get a refund", "opening hours"]))
    assert list(scores.argmax(axis=1)) == [PART, PART + 1]
