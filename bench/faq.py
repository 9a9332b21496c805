"""How much a FAQ's size and its phrasings decide: FAQs drawn from a larger one.

`python -m bench.faq KB.jsonl QUERIES.jsonl NAME` reads files as `handoff eval answers` does. Some questions of each
entry of knowledge base NAME become phrasings of it, the others are asked.
"""

import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from handoff_app.answering import passages
from handoff_app.answering.base import Passage
from handoff_app.answering.retrieval import Index
from handoff_app.evaluate import answers

SIZES: Final = 20, 40, 80, 120  # entries
MORE: Final = 0, 3  # phrasings beside the file's
IN_VAIN: Final = 0.1, 0.25  # share of the questions that no entry answers
DRAWS: Final = 10

Row = dict[str, Any]
Measures = list[float | None]


def main() -> None:
    """A line for each size and number of phrasings: the means over the draws, for each share in vain."""
    kb, queries = ([row for row in _rows(file) if row["kb"] == sys.argv[3]] for file in sys.argv[1:3])
    vain = [row["query"] for row in queries if not row["doc_ids"]]
    print("entries  phrasings  " + "  ".join(f"top-1 AUROC coverage ({share:.0%} in vain)" for share in IN_VAIN))
    for size in (size for size in SIZES if size <= len(kb)):
        for more in MORE:
            draws = [_measured(random.Random(seed), size, more, kb, queries, vain) for seed in range(DRAWS)]
            means = np.array(draws, dtype=float).mean(axis=0)
            phrasings = np.mean([1 + len(row["alt"]) for row in kb]) + more
            print(f"{size:7}  {phrasings:9.0f}  " + "  ".join("{:.2f}  {:.2f}  {:.2f}".format(*one) for one in means))


def _measured(
    chance: random.Random, size: int, more: int, kb: Sequence[Row], queries: Sequence[Row], vain: Sequence[str]
) -> list[Measures]:
    """What one drawn FAQ gets with each share of questions in vain."""
    entries: list[Passage] = []
    asked: list[tuple[str, list[str]]] = []
    said = _questions(queries)
    for row in chance.sample(kb, size):
        own = chance.sample(said[row["doc_id"]], len(said[row["doc_id"]]))
        entries += passages.split(row["doc_id"], row["question"], row["answer"], [*row["alt"], *own[:more]])
        asked += [(question, [row["doc_id"]]) for question in own[more:]]
    index = answers.learned(entries)
    found = [_asked(index, question, right) for question, right in asked]
    others = [_asked(index, question, []) for question in chance.sample(vain, len(vain))]
    return [_three(found + others[: round(len(found) * share / (1 - share))]) for share in IN_VAIN]


def _asked(index: Index, question: str, right: Sequence[str]) -> answers.Tried:
    return answers.ask(index, {"kb": "", "query": question, "doc_ids": right})


def _three(tried: Sequence[answers.Tried]) -> Measures:
    return [answers.measures(tried)[name] for name in ("top1", "auroc", "coverage_at_95")]


def _questions(queries: Sequence[Row]) -> dict[str, list[str]]:
    """Each entry's questions."""
    found = defaultdict(list)
    for row in queries:
        for id in row["doc_ids"]:
            found[id].append(row["query"])
    return found


def _rows(file: str) -> Iterator[Row]:
    yield from map(json.loads, Path(file).read_text("utf-8").splitlines())


if __name__ == "__main__":
    main()
