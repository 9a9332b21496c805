"""`handoff eval intent`: how well requests for a human are recognised."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from handoff_app.answering.intent import Decision, decide
from handoff_app.evaluate import BadLine

WANTS_HUMAN: Final = "human_request"
LABELS: Final = (WANTS_HUMAN, "other")


@dataclass(frozen=True, slots=True)
class Judged:
    """One example and what was decided about it. `label` is empty where nobody said what is right."""

    label: str
    language: str
    decision: Decision
    ms: float


def measure(file: Path, predictions: Path | None = None) -> dict[str, Any]:
    """How well requests for a human are recognised, in figures; `predictions` receives one decision per example."""
    decide("")  # the languages are loaded once, by the first message that a server reads
    rows = list(_examples(file))
    judged = [_judged(row) for row in rows]
    if predictions is not None:
        _write(predictions, (_prediction(row, each) for row, each in zip(rows, judged, strict=True)))
    languages = sorted({each.language for each in judged})
    by_language = {language: [each for each in judged if each.language == language] for language in languages}
    return {
        **_figures(judged),
        "by_lang": {language: {"n": len(some), **_figures(some)} for language, some in by_language.items()},
        "p95_ms": _percentile([each.ms for each in judged], 95),
    }


def _examples(file: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = file.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadLine(f"{file} cannot be read: {error}.") from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _example(f"{file}, line {number}", line)


def _example(place: str, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        raise BadLine(f"{place}: this is not JSON.") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise BadLine(f'{place}: an example needs a "text".')
    if row.get("label") not in (*LABELS, None, ""):
        raise BadLine(f'{place}: "label" is {LABELS[0]} or {LABELS[1]}, not {row["label"]!r}.')
    return row


def _judged(row: dict[str, Any]) -> Judged:
    start = perf_counter()
    decision = decide(row["text"])
    ms = (perf_counter() - start) * 1_000
    return Judged(row.get("label") or "", str(row.get("lang") or "unknown"), decision, ms)


def _prediction(row: dict[str, Any], judged: Judged) -> dict[str, Any]:
    return ({"id": row["id"]} if "id" in row else {}) | {"decision": judged.decision}


def _figures(judged: Sequence[Judged]) -> dict[str, float | None]:
    wanted = [each.decision for each in judged if each.label == WANTS_HUMAN]
    other = [each.decision for each in judged if each.label and each.label != WANTS_HUMAN]
    hits, falses = wanted.count(Decision.ESCALATE), other.count(Decision.ESCALATE)
    return {
        "precision": _share(hits, hits + falses),
        "recall": _share(hits, len(wanted)),
        "recall_with_offer": _share(hits + wanted.count(Decision.OFFER), len(wanted)),
        "offer_rate_on_other": _share(other.count(Decision.OFFER), len(other)),
        "false_escalation_rate": _share(falses, len(other)),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 5) if whole else None


def _percentile(values: Sequence[float], percent: int) -> float | None:
    ranked = sorted(values)
    return round(ranked[(len(ranked) - 1) * percent // 100], 3) if ranked else None


def _write(file: Path, rows: Iterable[dict[str, Any]]) -> None:
    try:
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    except OSError as error:
        raise BadLine(f"{file} cannot be written: {error}.") from None
