"""Measuring the answerer on labelled files, as an operator does."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handoff_app.evaluate import BadLine
from handoff_app.evaluate.answers import Tried, measure, measures

KB = [
    {"kb": "acme", "doc_id": "time", "question": "How long does delivery take?", "alt": ["when will it arrive"]},
    {"kb": "acme", "doc_id": "pay", "question": "Which cards can I pay with?", "alt": [], "answer": "Visa."},
    {"kb": "zelt", "doc_id": "zeit", "question": "Wie lange dauert die Lieferung?", "alt": ["Lieferzeit"]},
    {"kb": "zelt", "doc_id": "zahlen", "question": "Welche Zahlungsarten gibt es?", "alt": None, "answer": "Karte."},
]
QUERIES = [
    {"kb": "acme", "query": "how many days until my parcel is here", "doc_ids": ["time"], "kind": "answerable"},
    {"kb": "zelt", "query": "Kann ich mit Karte zahlen?", "doc_ids": ["zahlen"], "kind": "answerable"},
    {"kb": "acme", "query": "who is the president of France", "doc_ids": [], "kind": "unanswerable"},
]


def written(file: Path, rows: list[dict[str, Any]]) -> str:
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return str(file)


def test_the_last_line_is_one_object_of_measures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    predictions = tmp_path / "out.jsonl"
    kb, queries = written(tmp_path / "kb.jsonl", KB), written(tmp_path / "queries.jsonl", QUERIES)
    assert measure(kb, queries, str(predictions)) == 0
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert said["kbs"]["acme"].keys() == {"top1", "auroc", "coverage_at_95", "p95_ms"}
    assert (said["kbs"]["acme"]["top1"], said["kbs"]["acme"]["auroc"]) == (1, 1)
    assert (said["kbs"]["zelt"]["top1"], said["kbs"]["zelt"]["auroc"]) == (1, None)
    assert said["mean"]["auroc"] == 1
    rows = [json.loads(line) for line in predictions.read_text().splitlines()]
    assert [row["doc_id"] for row in rows][:2] == ["time", "zahlen"]
    assert all(0 <= row["confidence"] <= 1 for row in rows)
    assert rows[2]["confidence"] < rows[0]["confidence"]


def test_without_labels_only_predictions_are_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = [{"kb": query["kb"], "query": query["query"]} for query in QUERIES]
    predictions = tmp_path / "out.jsonl"
    kb, queries = written(tmp_path / "kb.jsonl", KB), written(tmp_path / "queries.jsonl", bare)
    measure(kb, queries, str(predictions))
    said = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [said["mean"][name] for name in ("top1", "auroc", "coverage_at_95")] == [None, None, None]
    assert len(predictions.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("{", "line 2: this is not JSON"),
        ("[]", "line 2: must be an object"),
        ('{"query": "x"}', "line 2: must be an object whose kb is a text"),
        ('{"kb": "acme", "query": 1}', "line 2: query must be a text"),
        ('{"kb": "acme", "query": "x", "doc_ids": "time"}', "line 2: doc_ids must be a list"),
    ],
)
def test_a_bad_query_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps(QUERIES[0]) + "\n" + line + "\n")
    with pytest.raises(BadLine, match=sentence):
        measure(written(tmp_path / "kb.jsonl", KB), str(queries))


@pytest.mark.parametrize(
    "change", [{"doc_id": None}, {"alt": "x"}, {"alt": [1]}, {"question": 1}, {"answer": ["x"]}, {"kb": 1}]
)
def test_a_bad_entry_is_named(tmp_path: Path, change: dict[str, Any]) -> None:
    kb = written(tmp_path / "kb.jsonl", [KB[0], {**KB[1], **change}])
    with pytest.raises(BadLine, match="line 2: "):
        measure(kb, written(tmp_path / "queries.jsonl", QUERIES))


def test_the_command_needs_no_data_directory_and_says_what_is_wrong(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "handoff_app", "eval", "answers", "--kb", "kb.jsonl", "--queries", "none.jsonl"]
    written(tmp_path / "kb.jsonl", KB)
    run = subprocess.run(
        command, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert run.stderr.startswith("handoff: none.jsonl cannot be read")
    assert run.stderr.count("\n") == 1
    assert [file.name for file in tmp_path.iterdir()] == ["kb.jsonl"]


def tried(right: bool | None, confidence: float) -> Tried:
    """Found the right one, the wrong one, or (None) something where nothing is right."""
    labels = frozenset[str]() if right is None else frozenset(["a" if right else "b"])
    return Tried("acme", "a", confidence, 0.001, labels)


def test_the_measures_are_what_they_say() -> None:
    surest = [tried(True, 0.9)] * 19 + [tried(False, 0.8)]
    rest = [tried(None, 0.5), tried(True, 0.5), tried(None, 0.1), tried(False, 0.1)]
    found = measures([*surest, *rest])
    assert found["top1"] == 20 / 22
    assert found["coverage_at_95"] == 20 / 24
    assert found["auroc"] == pytest.approx((20 * 2 + 1 * 1.5 + 1 * 0.5) / (22 * 2))
    assert found["p95_ms"] == pytest.approx(1)


def test_equal_confidences_are_answered_together_or_not_at_all() -> None:
    assert measures([tried(True, 0.5), tried(False, 0.5)])["coverage_at_95"] == 0


def test_files_are_taken_as_the_world_writes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = {"kb": "acme", "doc_id": 7, "question": "When are you open?\u2028Today?", "answer": None}
    query = {"kb": "acme", "query": "When are you\u2028open today?", "doc_ids": [7]}
    strange = {"kb": "unknown", "query": "When?", "doc_ids": []}
    files = []
    for name, rows in (("kb", [entry]), ("queries", [query, strange])):
        (tmp_path / name).write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\r\n" for row in rows), "utf-8-sig")
        files.append(str(tmp_path / name))
    predictions = tmp_path / "out.jsonl"
    measure(*files, str(predictions))
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["kbs"]["acme"]["top1"] == 1
    found = [json.loads(line) for line in predictions.read_text().splitlines()]
    assert [row["doc_id"] for row in found] == ["7", None]
    with pytest.raises(BadLine, match="cannot be written"):
        measure(*files, str(tmp_path / "missing" / "out.jsonl"))
