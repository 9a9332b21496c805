"""`make bench`: every figure with its goal, as a table and as JSON."""

import json
import sys
from pathlib import Path

from bench import answers, chat, deliver, llm, start, weight

GOALS = {
    "second_start_s": 10.0,
    "widget_until_typing_kb": 170.0,
    "loader_gzip_kb": 5.0,
    "p95_ratio": 3.0,
    "cpu_ratio": 4.0,
    "first_words_p95_ms": 300.0,
    "draft_updates_per_s": 10.0,
    "email_p95_ms_at_50": 1000.0,
    "slack_p95_ms_at_50": 1000.0,
    "webhook_p95_ms_at_50": 1000.0,
    "server_mb": 400.0,
    "mb_at_10000": 400.0,
    "answer_p95_ms_at_10000": 30.0,
}
PARTS = {
    "weight": weight.measure,
    "chat": chat.measure,
    "deliver": deliver.measure,
    "llm": llm.measure,
    "start": start.measure,
    "answers": answers.measure,
}


def main() -> None:
    """All parts, or those that are named."""
    results: dict[str, float] = {}
    for name in sys.argv[1:] or PARTS:
        results |= PARTS[name]()
    print(f"{'figure':32}{'value':>12}{'goal':>10}")
    for name, value in results.items():
        print(f"{name:32}{value:12.2f}" + (f"{'<= ' + format(GOALS[name], '.0f'):>10}" if name in GOALS else ""))
    file = Path(__file__).parent / "results.json"
    known = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(json.dumps(known | {k: round(v, 3) for k, v in results.items()}, indent=1) + "\n")


main()
