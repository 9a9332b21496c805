"""`handoff eval answers`: whether the right article is found, and whether it is known when there is none."""

import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from handoff_app.answering import passages
from handoff_app.answering.base import Passage
from handoff_app.answering.encoder import Encoder
from handoff_app.answering.retrieval import Index
from handoff_app.evaluate import BadLine

log = logging.getLogger(__name__)

PRECISION = 0.95  # of the answers that `coverage_at_95` counts


@dataclass(frozen=True)
class Tried:
    """One query: what was found, how surely, in how many seconds, and which entries are right (None: not told)."""

    kb: str
    found: str | None
    confidence: float
    seconds: float
    right: frozenset[str] | None


def measure(kb: str, queries: str, predictions: str | None = None) -> int:
    """Ask the built-in answerer's index every query; print the measures as one JSON object on the last line.

    Per knowledge base and in the mean: `top1` (share of the answerable queries whose best entry is right), `auroc` (how
    well confidence tells answerable from unanswerable), `coverage_at_95` (the greatest share of all queries that can be
    answered, the surest first, with 95 % of the answers right), `p95_ms`. Raises `BadLine`.
    """
    entries, asked = _entries(kb), _queries(queries)
    indexes = {name: learned(entries.get(name, [])) for name in dict.fromkeys(query["kb"] for _, query in asked)}
    tried = [ask(indexes[query["kb"]], query) for _, query in asked]
    if predictions:
        lines = (json.dumps({"doc_id": one.found, "confidence": one.confidence}) for one in tried)
        try:
            Path(predictions).write_text("".join(f"{line}\n" for line in lines), "utf-8")
        except OSError as error:
            raise BadLine(f"{predictions} cannot be written: {error}.") from error
    measured = {name: measures([one for one in tried if one.kb == name]) for name in indexes}
    print(json.dumps({"kbs": measured, "mean": _mean(list(measured.values()))}))
    return 0


def measures(tried: Sequence[Tried]) -> dict[str, float | None]:
    """The four measures of one knowledge base; None where the queries do not tell (no labels, one kind only)."""
    slowest = float(np.percentile([one.seconds for one in tried], 95)) * 1000 if tried else None
    told = [one for one in tried if one.right is not None]
    answerable = [one for one in told if one.right]
    return {
        "top1": sum(_is_right(one) for one in answerable) / len(answerable) if answerable else None,
        "auroc": _auroc([one.confidence for one in answerable], [one.confidence for one in told if not one.right]),
        "coverage_at_95": _coverage(told) if told else None,
        "p95_ms": slowest,
    }


def _entries(file: str) -> dict[str, list[Passage]]:
    """Each knowledge base's passages."""
    found: dict[str, list[Passage]] = {}
    for number, row in _rows(file):
        question, answer = row.get("question") or "", row.get("answer") or ""
        if not isinstance(question, str) or not isinstance(answer, str):
            raise BadLine(f"{file}, line {number}: question and answer must be texts.")
        alt = row.get("alt") or []
        if not isinstance(alt, list) or not all(isinstance(said, str) for said in alt):
            raise BadLine(f"{file}, line {number}: alt must be a list of texts.")
        if not isinstance(row.get("doc_id"), str | int):
            raise BadLine(f"{file}, line {number}: doc_id must be a text or a number.")
        parts = passages.split(str(row["doc_id"]), question, answer, alt)
        found.setdefault(row["kb"], []).extend(parts)
    return found


def _queries(file: str) -> list[tuple[int, dict[str, Any]]]:
    rows = list(_rows(file))
    for number, row in rows:
        if not isinstance(row.get("query"), str):
            raise BadLine(f"{file}, line {number}: query must be a text.")
        right = row.get("doc_ids")
        if right is not None and not (isinstance(right, list) and all(isinstance(id, str | int) for id in right)):
            raise BadLine(f"{file}, line {number}: doc_ids must be a list of texts or numbers.")
    return rows


def _rows(file: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each line's number and its object; empty lines are passed over."""
    try:
        lines = Path(file).read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadLine(f"{file} cannot be read: {error}.") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadLine(f"{file}, line {number}: this is not JSON.") from error
        if not isinstance(row, dict) or not isinstance(row.get("kb"), str):
            raise BadLine(f"{file}, line {number}: must be an object whose kb is a text.")
        yield number, row


def learned(entries: Sequence[Passage]) -> Index:
    """The index of a knowledge base; by words alone where the encoder cannot be had."""
    index = Index(entries)
    try:
        return index.learned(Encoder())
    except Exception as error:
        log.warning("questions are compared by words alone: %s: %s", type(error).__name__, error)
        return index


def ask(index: Index, query: dict[str, Any]) -> Tried:
    """Ask one query: a row of the second file."""
    started = time.perf_counter()
    hits = index.search(query["query"], limit=1)
    seconds = time.perf_counter() - started
    found, confidence = (hits[0].passage.article_id, hits[0].confidence) if hits else (None, 0.0)
    right = query.get("doc_ids")
    return Tried(query["kb"], found, confidence, seconds, None if right is None else frozenset(map(str, right)))


def _is_right(one: Tried) -> bool:
    return one.found in (one.right or ())


def _auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """The probability that a random answerable query is surer than a random unanswerable one; a tie is half."""
    if not positive or not negative:
        return None
    below = np.sort(np.array(negative))
    less = np.searchsorted(below, positive, side="left")
    same = np.searchsorted(below, positive, side="right") - less
    return float(np.mean(less + same / 2) / len(negative))


def _coverage(tried: Sequence[Tried]) -> float:
    """Cut only between different confidences, for a threshold cannot tell equal ones apart."""
    ranked = sorted(tried, key=lambda one: -one.confidence)
    best = right = 0
    for count, one in enumerate(ranked, 1):
        right += _is_right(one)
        cut = count == len(ranked) or ranked[count].confidence < one.confidence
        if cut and right >= PRECISION * count:
            best = count
    return best / len(ranked)


def _mean(measured: Sequence[dict[str, float | None]]) -> dict[str, float | None]:
    """Over the knowledge bases that have a measure."""
    mean: dict[str, float | None] = {}
    for key in ("top1", "auroc", "coverage_at_95", "p95_ms"):
        known = [one for one in (measures[key] for measures in measured) if one is not None]
        mean[key] = sum(known) / len(known) if known else None
    return mean
