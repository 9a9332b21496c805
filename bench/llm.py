"""A model's first token to the first words in the visitor's tab, and how often the tab is told more."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measure import free_port, percentile
from tests.fake_llm import FakeLlm, line, says
from tests.serving import Server
from tests.trips.client import Tab, visitor

ASKED = "How much does shipping cost?"
SAID = "Standard shipping within Germany is a matter of a few euros, and large orders go free of charge. " * 12
ANSWERS, AT_ONCE = 60, 10


def measure() -> dict[str, float]:
    """One visitor after the other, then ten at once; the model writes 50 pieces a second."""
    return asyncio.run(_measure())


async def _measure() -> dict[str, float]:
    env = {"HANDOFF_LLM_URL": FakeLlm(_stamped).url, "HANDOFF_LLM_MODEL": "small"}
    server = Server(Path(tempfile.mkdtemp()), free_port(), **env).start()
    await _one(server.url)
    alone = [await _one(server.url) for _ in range(ANSWERS // 2)]
    together = []
    for _ in range(ANSWERS // AT_ONCE // 2):
        together += await asyncio.gather(*(_one(server.url) for _ in range(AT_ONCE)))
    server.stop()
    return {
        "first_words_p50_ms": percentile([first for first, _ in alone], 0.5),
        "first_words_p95_ms": percentile([first for first, _ in alone], 0.95),
        "first_words_p95_ms_at_10": percentile([first for first, _ in together], 0.95),
        "draft_updates_per_s": max(rate for _, rate in (*alone, *together)),
    }


async def _stamped(writer: asyncio.StreamWriter) -> None:
    """Its first word is the moment at which its first token leaves, in microseconds: the machine's line counts."""
    await says(f"{line([1])}{int(time.time() * 1e6)} {SAID}", pause=0.02, size=20)(writer)


async def _one(url: str) -> tuple[float, float]:
    """Of one answer: seconds until its first words are in the tab, and how often a second it grew there."""
    shown: list[tuple[float, str]] = []
    vera = await visitor(url)
    _listen(vera, shown)
    await vera.call("widget_state.send", form={"client_id": "c1", "text": ASKED})
    await vera.until(lambda _: len(vera.lines()) == 2, seconds=30)
    await vera.close()
    (began, text), (ended, _) = shown[0], shown[-1]
    return began - int(text.split()[0]) / 1e6, (len(shown) - 1) / (ended - began)


def _listen(tab: Tab, shown: list[tuple[float, str]]) -> None:
    took = tab._took

    async def heard(update: Any) -> None:
        await took(update)
        for values in (update.get("delta") or {}).values():
            shown.extend((time.time(), text) for name, text in values.items() if name.startswith("draft") and text)

    tab._sio.on("event", heard, namespace="/_event")
