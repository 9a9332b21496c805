"""What `handoff eval` prints and writes."""

import json
from pathlib import Path

import pytest

from handoff_app import cli
from handoff_app.evaluate import intents


def test_figures_are_given_overall_and_per_language(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        {"text": "agent please", "label": "human_request", "lang": "en"},
        {"text": "how are you", "label": "human_request", "lang": "en"},
        {"text": "this is useless", "label": "human_request", "lang": "en"},
        {"text": "Wann kommt mein Paket?", "label": "other", "lang": "de"},
    )
    found = intents.measure(file)
    assert (found["precision"], found["recall"], found["recall_with_offer"]) == (1.0, 0.33333, 0.66667)
    assert (found["false_escalation_rate"], found["offer_rate_on_other"]) == (0.0, 0.0)
    assert found["by_lang"]["en"]["n"] == 3
    assert found["by_lang"]["de"]["recall"] is None
    assert found["p95_ms"] > 0


def test_each_row_gets_its_decision_in_order(tmp_path: Path) -> None:
    file = written(tmp_path, {"text": "agent please", "id": 7}, {"text": "hello", "id": "b"}, {"text": "hello"})
    found = intents.measure(file, tmp_path / "out.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert rows == [{"id": 7, "decision": "escalate"}, {"id": "b", "decision": "answer"}, {"decision": "answer"}]
    assert found["precision"] is None
    assert found["by_lang"]["unknown"]["n"] == 3


def test_half_a_sign_stops_nothing(tmp_path: Path) -> None:
    file, out = tmp_path / "rows.jsonl", tmp_path / "out.jsonl"
    file.write_text('{"text": "\\ud83d human please", "label": "human_request", "id": "\\ud83d"}\n')
    assert intents.measure(file, out)["recall"] == 1
    assert json.loads(out.read_text()) == {"id": "\ud83d", "decision": "escalate"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2: this is not JSON."),
        ('["text"]', 'line 2: an example needs a "text".'),
        ('{"text": 5}', 'line 2: an example needs a "text".'),
        ('{"text": "hi", "label": "maybe"}', "line 2: \"label\" is human_request or other, not 'maybe'."),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text(f'{{"text": "hi"}}\n{line}\n')
    with pytest.raises(SystemExit) as stopped:
        cli.main(["eval", "intent", str(file)])
    assert str(stopped.value) == f"handoff: {file}, {says}"


def test_the_last_line_printed_is_the_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_DATA_DIR", str(tmp_path / "data"))
    with pytest.raises(SystemExit) as stopped:
        cli.main(["eval", "intent", str(written(tmp_path, {"text": "agent please"}))])
    assert stopped.value.code == 0
    assert "by_lang" in json.loads(capsys.readouterr().out.splitlines()[-1])
    assert not (tmp_path / "data").exists()


def written(folder: Path, *rows: dict[str, object]) -> Path:
    file = folder / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file
