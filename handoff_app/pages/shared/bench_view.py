"""The bench beside the articles: what a visitor would get for a question, and why."""

from dataclasses import dataclass, field
from typing import Any

import reflex as rx

from handoff_app.answering.builtin import THRESHOLD
from handoff_app.pages.shared.parts import HIDDEN, icon


@dataclass(frozen=True)
class Found:
    """A passage that the bench found."""

    number: str
    title: str
    text: str
    confidence: str


@dataclass(frozen=True)
class Verdict:
    """What a visitor would get for a question."""

    text: str = ""
    decision: str = ""
    confidence: str = ""
    percent: int = 0
    passages: list[Found] = field(default_factory=list)
    took: str = ""


def bench(state: Any) -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.el.h2("Ask it", id="bench", class_name="text-sm font-semibold"),
            rx.el.p("See what a visitor would get. Nothing is sent.", class_name="text-[13px]/5 text-muted"),
            rx.el.form(
                rx.el.label(
                    rx.el.input(
                        name="question",
                        auto_complete="off",
                        placeholder="How long can I return boots?",
                        dir="auto",
                        custom_attrs={"aria-label": "Question"},
                    ),
                    rx.el.button(
                        rx.cond(
                            state.trying,
                            rx.el.span(class_name="loading loading-spinner size-4", custom_attrs=HIDDEN),
                            icon("corner-down-left"),
                        ),
                        type="submit",
                        class_name="btn btn-ghost btn-xs btn-square text-ink",
                        custom_attrs={"aria-label": "Ask"},
                    ),
                    class_name="input mt-3 w-full pe-1.5",
                ),
                on_submit=state.ask,
            ),
            class_name="p-4",
        ),
        rx.el.div(
            rx.cond(state.verdict.decision != "", _verdict(state)),
            class_name=rx.cond(state.trying, "text-muted", ""),
            custom_attrs={"aria-live": "polite", "aria-busy": state.trying},
        ),
        class_name="rounded-box border border-line",
        custom_attrs={"aria-labelledby": "bench"},
    )


def _verdict(state: Any) -> rx.Component:
    verdict = state.verdict
    return rx.el.div(
        rx.cond(
            verdict.text != "",
            rx.el.p(
                verdict.text,
                dir="auto",
                class_name="mb-3 max-h-60 overflow-y-auto rounded-2xl rounded-ss-md bg-base-200 px-3.5 py-2.5 "
                "text-sm/5.5 whitespace-pre-line",
            ),
        ),
        rx.el.p(verdict.decision, class_name="text-[13px]/5 font-medium"),
        rx.cond(verdict.took != "", _sought(verdict)),
        class_name="border-t border-line p-4",
    )


def _sought(verdict: Any) -> rx.Component:
    """What was found in the articles, and how sure it is. A greeting is answered without looking."""
    return rx.fragment(
        rx.el.div(
            rx.el.p(
                rx.el.span("Confidence", class_name="text-muted"),
                rx.el.b(verdict.confidence, class_name="font-semibold tabular-nums"),
                class_name="flex justify-between",
            ),
            rx.el.div(
                rx.el.div(
                    class_name="absolute inset-y-0 start-0 rounded-full bg-success",
                    style={"width": f"{verdict.percent}%"},
                ),
                rx.el.span(
                    class_name="absolute -inset-y-1 w-0.5 rounded bg-base-content",
                    style={"insetInlineStart": f"{THRESHOLD:.0%}"},
                ),
                class_name="relative mt-2 h-1.5 rounded-full bg-base-300",
                custom_attrs=HIDDEN,
            ),
            rx.el.p(f"Below {THRESHOLD:.2f} it offers a human instead.", class_name="mt-1.5 text-xs text-muted"),
            class_name="mt-3 text-[13px]",
        ),
        rx.el.h3("Passages found", class_name="mt-4 text-xs font-medium text-muted"),
        rx.el.ol(rx.foreach(verdict.passages, _found), class_name="divide-y divide-line"),
        rx.el.p(f"Built-in answerer, {verdict.took}", class_name="border-t border-line pt-3 text-xs text-muted"),
    )


def _found(one: rx.Var[Found]) -> rx.Component:
    return rx.el.li(
        rx.el.p(
            rx.el.span(
                one.number,
                class_name="grid size-4.5 shrink-0 place-items-center rounded bg-soft text-[11px] font-semibold "
                "text-ink",
            ),
            rx.el.span(one.title, dir="auto", class_name="truncate"),
            rx.el.span(one.confidence, class_name="ms-auto text-xs font-normal text-muted tabular-nums"),
            class_name="flex items-center gap-2 text-[13px] font-medium",
        ),
        rx.el.p(one.text, dir="auto", class_name="mt-1 line-clamp-2 text-[13px]/5 text-muted"),
        class_name="py-3",
    )
