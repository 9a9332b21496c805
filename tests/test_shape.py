"""A message's shape is told in slots, so that languages share what is learned from it."""

from handoff_app.answering.grammar import Grammar
from handoff_app.answering.intent import shape_of
from handoff_app.answering.shape import MOST, NEAR, shape


def test_slots_follow_one_another_at_once_soon_or_later() -> None:
    signs = shape([(9, [(0, 1, "want"), (1, 2, "talk"), (3, 4, "human"), (8, 9, "end")])])
    assert {"want", "^ want", "end $", "want  talk", "talk - human", "want - human", "human _ end"} <= signs
    assert "talk  want" not in signs
    assert "want _ end" not in shape([(NEAR + 4, [(0, 1, "want"), (NEAR + 2, NEAR + 3, "end")])])


def test_slots_of_two_clauses_have_nothing_to_do_with_each_other() -> None:
    assert shape([(1, [(0, 1, "want")]), (1, [(0, 1, "human")])]) == {
        "length 0", "want", "^ want", "want $", "human", "^ human", "human $"
    }  # fmt: skip


def test_the_work_on_a_clause_is_bounded() -> None:
    spans = [(at, at + 1, f"slot{at}") for at in range(10 * MOST)]
    assert len(shape([(10 * MOST, spans)])) <= MOST * (3 + NEAR + 1) + 1


def test_the_same_request_has_the_same_shape_in_two_languages() -> None:
    both = shape_of("Ik wil met een medewerker praten") & shape_of("Ich will mit einem Mitarbeiter sprechen")
    assert {"want", "human", "talk", "human  talk"} <= both


def test_only_named_slots_are_told() -> None:
    grammar = Grammar("xx", {"slots": {"want": ["want"]}, "rules": {"asks": ["<want> person|people"]}}, {})
    found = grammar.read(("want", "people"), {"want": [], "people": []})
    assert list(grammar.spans(found)) == [(0, 1, "want")]
