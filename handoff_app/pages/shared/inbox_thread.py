"""The opened conversation: its head, its messages and the composer below them."""

from typing import Any

import reflex as rx

from handoff_app.domain.inbox import ASKING
from handoff_app.pages.shared.clock import local
from handoff_app.pages.shared.inbox_aide import (
    suggested_reply,
    summary_above,
    translate_draft,
    translate_switch,
    translation,
)
from handoff_app.pages.shared.parts import ATTEND, HIDDEN, face, icon, link, linked

_SAID = "whitespace-pre-wrap wrap-anywhere rounded-2xl px-3.5 py-2.5 text-sm/5.5"


def inbox_thread(t: Any, aide: Any) -> rx.Component:
    """The thread over its State, with what helps the agent."""
    return rx.el.main(
        _head(t, aide),
        rx.cond(
            t.problem != "",
            rx.el.p(t.problem, role="alert", class_name="bg-warn-soft px-5 py-2 text-[13px]/5 text-warn"),
        ),
        rx.cond(
            t.card.deleted,
            rx.el.p(
                "The visitor deleted this chat and does not see it any more.",
                role="status",
                class_name="bg-warn-soft px-5 py-2 text-[13px]/5 text-warn",
            ),
        ),
        rx.el.p(
            "No connection. What you write is kept and sent when you are back.",
            id="offline",
            role="status",
            hidden=True,
            class_name="bg-warn-soft px-5 py-2 text-[13px]/5 text-warn",
        ),
        summary_above(t.card, aide),
        rx.el.div(
            rx.el.div(
                rx.cond(
                    t.more,
                    rx.el.button(
                        "Show earlier messages",
                        type="button",
                        on_click=t.earlier,
                        class_name="btn btn-ghost btn-sm self-center",
                    ),
                ),
                rx.foreach(t.history, lambda line: _line(t, line, aide)),
                rx.foreach(t.tail, lambda line: _line(t, line, aide)),
                rx.cond(t.seen, _seen()),
                rx.el.div(id="outbox", class_name="flex flex-col gap-3 empty:hidden"),
                rx.cond(t.draft != "", _draft(t)),
                rx.cond(t.typing, rx.el.p("The AI is answering…", role="status", class_name="text-[13px] text-muted")),
                class_name="mb-auto flex flex-col gap-3 p-5",
            ),
            role="log",
            tab_index=0,
            class_name="flex min-h-0 grow flex-col-reverse overflow-y-auto",
            custom_attrs={"aria-label": "Messages", "data-ready": t.selected},
        ),
        _reply(t, aide),
        class_name="flex min-w-0 grow flex-col",
    )


def _head(t: Any, aide: Any) -> rx.Component:
    state = rx.match(
        t.chat_status,
        ("waiting", "Waiting for a human"),
        ("with_agent", f"With {t.owner}"),
        ("resolved", "Resolved"),
        rx.cond(t.asking, ASKING, "With the AI"),
    )
    free = t.owner == ""
    return rx.el.header(
        link(
            icon("chevron-left", "size-5 shrink-0 rtl:-scale-x-100"),
            href="/inbox",
            class_name="btn btn-ghost btn-square md:hidden",
            custom_attrs={"aria-label": "All conversations"},
        ),
        rx.el.div(
            rx.el.h2(t.card.name, class_name="truncate text-[15px]/5 font-semibold"),
            rx.el.p(state, class_name="truncate text-xs/4 text-muted"),
            class_name="min-w-0 grow basis-32",
        ),
        rx.el.div(
            translate_switch(aide),
            rx.cond(
                free & (t.chat_status != "resolved"),
                _verb("Take over", t.take_over(t.selected), "btn-primary", attrs=ATTEND),
            ),
            rx.cond(
                (t.chat_status == "with_agent") & ~t.mine,
                _verb("Reassign to me", t.reassign(t.selected), "btn-outline", attrs=ATTEND),
            ),
            rx.cond(
                t.mine | (t.chat_status == "waiting"),
                _verb("Hand back to AI", t.hand_back(t.selected), "btn-ghost"),
            ),
            rx.cond(
                t.mine | (free & (t.chat_status != "resolved")),
                _verb("Resolve", t.resolve(t.selected), "btn-outline", "check"),
            ),
            class_name="flex flex-wrap items-center gap-2 max-md:w-full max-md:pb-1",
        ),
        class_name="flex min-h-14 shrink-0 flex-wrap items-center gap-2 border-b border-line px-5 py-1.5",
    )


def _verb(label: str, press: Any, look: str, sign: str = "", attrs: dict[str, str] | None = None) -> rx.Component:
    """What an agent does with the conversation that is shown."""
    return rx.el.button(
        *([icon(sign)] if sign else []),
        label,
        type="button",
        on_click=press,
        class_name=f"btn {look} btn-sm",
        custom_attrs=attrs or {},
    )


def _line(t: Any, line: Any, aide: Any) -> rx.Component:
    return rx.match(
        line.author,
        ("visitor", _from_visitor(t, line, aide)),
        ("system", _system(line)),
        ("ai", _from_ai(line)),
        _from_agent(line),
    )


def _from_visitor(t: Any, line: Any, aide: Any) -> rx.Component:
    return rx.el.article(
        face(t.card.initial, "size-7 text-xs"),
        rx.el.div(
            _meta(t.card.name, line.at),
            rx.el.div(
                linked(line.text),
                dir="auto",
                class_name=f"{_SAID} rounded-ss-md bg-base-200",
            ),
            translation(line, aide),
            class_name="flex min-w-0 max-w-[80%] flex-col items-start gap-1",
        ),
        class_name="flex gap-2.5",
        custom_attrs={"data-last": line.seq},
    )


def _from_agent(line: Any) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            _meta(line.name, line.at),
            rx.el.div(
                linked(line.text),
                dir="auto",
                class_name=f"{_SAID} rounded-se-md bg-soft",
            ),
            class_name="flex min-w-0 max-w-[80%] flex-col items-end gap-1",
        ),
        face(line.name.to(str)[0], "size-7 text-xs", "bg-(--p1) text-(--p1-ink)"),
        class_name="flex justify-end gap-2.5",
        custom_attrs={"data-last": line.seq, "data-client-id": line.client_id},
    )


def _from_ai(line: Any) -> rx.Component:
    foot = rx.el.div(
        rx.cond(
            line.low,
            rx.el.span(class_name="status status-warning", custom_attrs=HIDDEN),
            rx.el.span(class_name="status status-success", custom_attrs=HIDDEN),
        ),
        rx.cond(line.low, f"Confidence {line.confidence}, low", f"Confidence {line.confidence}"),
        rx.foreach(line.sources, lambda source: rx.el.span(source.title, class_name="text-ink")),
        class_name="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-3.5 py-1.5 text-xs text-muted",
    )
    return rx.el.article(
        rx.el.div(
            _meta(rx.cond(line.suggestion, "AI, not sent", "AI"), line.at),
            rx.el.div(
                rx.el.p(
                    linked(line.text),
                    dir="auto",
                    class_name="whitespace-pre-wrap wrap-anywhere px-3.5 py-2.5 text-sm/5.5",
                ),
                rx.cond(line.confidence != "", foot),
                class_name=rx.cond(
                    line.suggestion,
                    "rounded-2xl rounded-se-md border border-dashed border-edge bg-side",
                    "rounded-2xl rounded-se-md border border-line",
                ),
            ),
            class_name="flex min-w-0 max-w-[80%] flex-col items-end gap-1",
        ),
        rx.el.span(
            icon("bot"), class_name="grid size-7 shrink-0 place-items-center rounded-full border border-line text-muted"
        ),
        class_name="flex justify-end gap-2.5",
        custom_attrs={"data-last": line.seq},
    )


def _seen() -> rx.Component:
    """The visitor has the reply before their eyes."""
    return rx.el.p(
        icon("check-check", "size-3.5 shrink-0"),
        "Seen",
        class_name="-mt-1.5 flex items-center justify-end gap-1 pe-9.5 text-xs text-muted",
    )


def _draft(t: Any) -> rx.Component:
    """The AI's answer while it grows; a screen reader hears it when it is finished."""
    return rx.el.div(
        rx.el.p(
            t.draft,
            dir="auto",
            class_name="max-w-[80%] rounded-2xl rounded-se-md border border-dashed border-edge px-3.5 py-2.5 "
            "text-sm/5.5 wrap-anywhere whitespace-pre-wrap text-muted",
        ),
        class_name="flex justify-end pe-9.5",
        custom_attrs={"aria-live": "off", "aria-busy": "true"},
    )


def _meta(name: Any, at: Any) -> rx.Component:
    return rx.el.p(
        rx.el.b(name, class_name="font-medium"),
        rx.el.span(" ", local(at), class_name="text-muted tabular-nums"),
        class_name="text-xs",
    )


def _system(line: Any) -> rx.Component:
    return rx.el.p(
        rx.el.span("Handoff: ", class_name="sr-only"),
        rx.el.span(line.text, class_name="min-w-0 wrap-anywhere"),
        rx.el.span(local(line.at), class_name="whitespace-nowrap tabular-nums"),
        class_name="flex items-center gap-3 text-center text-xs text-muted before:h-px before:grow before:bg-line "
        "after:h-px after:grow after:bg-line",
        custom_attrs={"data-last": line.seq},
    )


def _reply(t: Any, aide: Any) -> rx.Component:
    other = f"{t.owner} answers here"
    hint = rx.cond(t.owner == "", "Sending takes this conversation over", rx.cond(t.mine, "Enter sends", other))
    return rx.el.footer(
        suggested_reply(aide),
        rx.el.form(
            rx.el.textarea(
                name="text",
                rows="2",
                placeholder=f"Write to {t.card.name}…",
                dir="auto",
                class_name="field-sizing-content max-h-48 min-h-14 w-full resize-none bg-transparent px-3.5 py-2.5 "
                "text-sm/5.5 outline-none max-md:text-base placeholder:text-muted",
                custom_attrs={"aria-label": "Reply", "aria-describedby": "composer-error"},
            ),
            rx.el.div(
                rx.el.span(
                    hint,
                    class_name="min-w-0 grow truncate text-xs text-muted",
                ),
                translate_draft(aide),
                rx.el.button("Send", type="submit", class_name="btn btn-primary btn-sm px-4"),
                class_name="flex items-center gap-3 px-2 pb-2 ps-3.5",
            ),
            class_name="rounded-2xl border border-edge focus-within:border-ink focus-within:ring-1 "
            "focus-within:ring-ink",
            custom_attrs={
                "data-composer": f"inbox:{t.me}:{t.selected}",
                "data-empty": "Write something first.",
                "data-too-long": "A message can have 4,000 characters at most. Please shorten it.",
            },
        ),
        rx.cond(
            aide.problem != "",
            rx.el.p(aide.problem, role="alert", class_name="px-2 pt-1.5 text-[13px]/5 text-bad"),
        ),
        rx.el.p(id="composer-error", role="alert", class_name="px-2 pt-1.5 text-[13px]/5 text-bad empty:hidden"),
        rx.el.i(hidden=True, custom_attrs={"data-refused": t.refused, "data-reason": t.refused_text}),
        rx.el.form(
            *(
                rx.el.textarea(name=name, read_only=True, tab_index=-1)
                for name in ("conversation", "client_id", "text")
            ),
            on_submit=t.reply,
            hidden=True,
            custom_attrs={"data-carrier": "1", "aria-hidden": "true"},
        ),
        rx.el.div(
            rx.el.article(
                rx.el.div(
                    rx.el.span(custom_attrs={"data-text": "1"}),
                    class_name="max-w-[80%] whitespace-pre-wrap wrap-anywhere rounded-2xl rounded-se-md border "
                    "border-dashed border-ink bg-soft px-3.5 py-2.5 text-sm/5.5",
                ),
                rx.el.p("Sending…", class_name="text-xs text-muted", custom_attrs={"data-when": "sending"}),
                rx.el.p(
                    "Waiting for the connection", class_name="text-xs text-muted", custom_attrs={"data-when": "late"}
                ),
                class_name="flex flex-col items-end gap-1",
            ),
            id="outbox-shape",
            hidden=True,
        ),
        class_name="shrink-0 px-5 pb-4 pt-1",
    )
