"""Tries a question on today's articles, as the built-in answerer would."""

from collections.abc import AsyncIterator
from functools import partial
from time import monotonic
from typing import Any, Final

import reflex as rx

from handoff_app.answering import intent, markup
from handoff_app.answering import signals as heard
from handoff_app.answering.builtin import SURE, THRESHOLD
from handoff_app.answering.courtesy import Courtesy, courtesy
from handoff_app.answering.library import library
from handoff_app.db import read
from handoff_app.domain import knowledge, settings, signals
from handoff_app.pages.shared.bench_view import Found, Verdict

NOTHING: Final = Verdict()
_POLITE: Final = {
    Courtesy.HELLO: "Greets back, and asks what it can help with.",
    Courtesy.WELCOME: "Says that they are welcome.",
    Courtesy.BYE: "Says goodbye.",
}


class BenchState(rx.State):
    """The last question that was tried."""

    trying: bool = False
    verdict: Verdict = NOTHING

    @rx.event
    async def open(self) -> None:
        """Nothing was tried yet."""
        self.trying, self.verdict = False, NOTHING

    @rx.event
    async def ask(self, form: dict[str, Any]) -> AsyncIterator[None]:
        """`Ask it`: what a visitor would get. Nothing is sent. Articles that are being learned take a moment."""
        asked, self.trying = str(form.get("question", ""))[:2000].strip(), True
        yield
        self.verdict, self.trying = await _tried(asked) if asked else NOTHING, False


async def _tried(question: str) -> Verdict:
    """What the built-in answerer makes of a question."""
    if polite := courtesy(question):
        return Verdict(decision=_POLITE[polite])
    answerer = await library().answerer(await read(knowledge.version), partial(read, knowledge.enabled))
    started = monotonic()
    decided = intent.decide(question)
    hits = answerer.index.search(question, limit=3)
    took = f"{1000 * (monotonic() - started):.0f} ms"
    sure = hits[0].confidence if hits else 0.0
    leads, reachable = await _led_to(question, sure), (await read(settings.escalations)).enabled
    found = [Found(str(n), h.passage.title, h.passage.text, f"{h.confidence:.2f}") for n, h in enumerate(hits, 1)]
    answers = hits and sure >= THRESHOLD and decided is not intent.Decision.ESCALATE
    text = markup.answer(hits[0].passage.title, hits[0].passage.text) if answers else ""
    return Verdict(
        text, _decision(question, decided, sure, leads, reachable), f"{sure:.2f}", round(100 * sure), found, took
    )


async def _led_to(question: str, sure: float) -> signals.Response | None:
    """What the question leads to by what is set under "When to bring a human"; None if it wants no human."""
    if heard.refuses_human(question):
        return None
    wanted = await read(signals.known)
    return wanted.response(heard.heard(question, (), sure >= THRESHOLD, wanted.topics))


def _decision(
    question: str, decided: intent.Decision, sure: float, leads: signals.Response | None, reachable: bool
) -> str:
    """In words, for the first message of a chat. `reachable`: whether humans are offered at all."""
    if decided is intent.Decision.ESCALATE:
        return (
            "Asks for a human: the team is told at once." if reachable else "Asks for a human: says that none is here."
        )
    knows = "Answers" if sure >= THRESHOLD else _unknowing(question)
    if leads is signals.Response.ESCALATE and reachable:
        return f"{knows}, and the team is told."
    offers = reachable and leads is not None and (sure < SURE or leads is signals.Response.OFFER)
    return f"{knows}, and offers a human." if offers else f"{knows}."


def _unknowing(question: str) -> str:
    if heard.Signal.ANGER in heard.heard(question, (), False, ()) and not heard.asks(question):
        return "Says that it is sorry"
    return "Says that this is all right" if heard.only_refuses_human(question) else "Says that it does not know"
