"""What was said in the widget, line by line, and what is being said just now."""

from typing import Any

import reflex as rx

from handoff_app.pages.shared.parts import HIDDEN, icon, linked
from handoff_app.pages.shared.widget_prompts import prompt

MARK = "grid shrink-0 place-items-center bg-soft text-ink"
_BUBBLE = "max-w-full whitespace-pre-wrap break-words rounded-2xl px-3.5 py-2.5 text-[15px]/[22px]"
_PLAIN = "block [unicode-bidi:plaintext]"  # each paragraph runs as its own words do


def log(state: Any, w: Any) -> rx.Component:
    """The latest lines of the chat, a way to earlier ones, and below them what the visitor is asked."""
    return rx.el.div(
        rx.el.div(
            rx.cond(
                state.more,
                rx.el.button(
                    w["widget.earlier"],
                    type="button",
                    on_click=state.earlier,
                    class_name="btn btn-ghost btn-sm self-center",
                ),
            ),
            rx.cond(~state.more, _greeting(state, w)),
            rx.foreach(state.history, lambda line: _line(state, w, line)),
            rx.foreach(state.tail, lambda line: _line(state, w, line)),
            rx.el.div(id="outbox", class_name="flex flex-col gap-3 empty:hidden"),
            rx.cond(state.draft != "", _draft(state, w), rx.cond(state.typing, _typing(state, w))),
            prompt(state, w),
            class_name="mb-auto flex flex-col gap-3 p-4",
        ),
        role="log",
        tab_index=0,
        class_name="flex min-h-0 grow flex-col-reverse overflow-y-auto overscroll-contain",
        custom_attrs={"aria-label": w["widget.conversation"], "data-ready": state.conversation},
    )


def _greeting(state: Any, w: Any) -> rx.Component:
    """The owner's first words; a blank line begins a new bubble."""
    return rx.el.div(
        _from_team(
            state.assistant,
            True,
            w,
            rx.foreach(
                w["greeting"].to(str).split("\n\n"),
                lambda part: rx.el.div(part, class_name=f"{_BUBBLE} rounded-ss-md bg-base-200", dir="auto"),
            ),
        ),
        rx.cond(
            (state.tail.length() == 0) & (state.quick_replies.length() > 0),
            rx.el.div(
                rx.foreach(
                    state.quick_replies,
                    lambda reply: rx.el.button(
                        reply,
                        type="button",
                        class_name="btn btn-outline h-auto min-h-11 rounded-full px-4 text-start text-sm font-normal "
                        "text-ink hover:bg-soft hover:text-ink",
                        custom_attrs={"data-say": reply},
                    ),
                ),
                class_name="mt-3 flex flex-col items-start gap-2 ps-9.5",
            ),
        ),
    )


def _line(state: Any, w: Any, line: Any) -> rx.Component:
    return rx.match(
        line.author,
        ("visitor", _mine(w, line)),
        ("system", _system(state, line)),
        _theirs(state, w, line),
    )


def _mine(w: Any, line: Any) -> rx.Component:
    return rx.el.article(
        rx.el.div(
            rx.el.span(f"{w['widget.you']}: ", class_name="sr-only"),
            rx.el.span(line.text, class_name=_PLAIN, custom_attrs={"data-text": "1"}),
            class_name="max-w-[84%] whitespace-pre-wrap wrap-anywhere rounded-2xl rounded-ee-md bg-primary px-3.5 "
            "py-2.5 text-[15px]/[22px] text-primary-content",
            dir="auto",
        ),
        class_name="flex flex-col items-end gap-1.5",
        custom_attrs={"data-client-id": line.client_id, "data-last": line.seq},
    )


def _system(state: Any, line: Any) -> rx.Component:
    return rx.el.p(
        rx.el.span(f"{state.shop}: ", class_name="sr-only"),
        rx.el.span(line.text, class_name="min-w-0 wrap-anywhere"),
        dir="auto",
        class_name="flex items-center gap-3 text-center text-xs text-muted before:h-px before:grow before:bg-line "
        "after:h-px after:grow after:bg-line",
        custom_attrs={"data-last": line.seq},
    )


def _theirs(state: Any, w: Any, line: Any) -> rx.Component:
    by_ai = line.author == "ai"
    name = rx.cond(by_ai, state.assistant, line.name)
    return rx.el.div(
        _from_team(
            name,
            by_ai,
            w,
            rx.el.div(
                rx.el.span(linked(line.text), class_name=_PLAIN, custom_attrs={"data-text": "1"}),
                class_name=f"{_BUBBLE} rounded-ss-md bg-base-200",
                dir="auto",
            ),
            rx.cond(line.sources.length() > 0, _sources(w, line)),
            rx.cond(line.can_judge, _judge(state, w, line)),
        ),
        custom_attrs={"data-last": line.seq, "data-from-team": name},
    )


def _from_team(name: Any, by_ai: Any, w: Any, *bubbles: rx.Component) -> rx.Component:
    return rx.el.article(
        rx.cond(
            by_ai,
            rx.el.span(icon("message-circle"), class_name=f"{MARK} size-7 rounded-lg"),
            rx.el.span(
                name.to(str)[0],
                class_name="grid size-7 shrink-0 place-items-center rounded-full bg-(--p1) text-xs font-semibold "
                "text-(--p1-ink)",
                custom_attrs=HIDDEN,
            ),
        ),
        rx.el.div(
            rx.el.p(
                rx.el.b(name, class_name="font-medium text-base-content"),
                rx.cond(
                    by_ai,
                    rx.el.span(
                        w["widget.ai"], class_name="badge badge-xs h-4 border-line bg-transparent px-1.5 text-muted"
                    ),
                ),
                class_name="flex h-7 items-center gap-1.5 text-xs text-muted",
            ),
            *bubbles,
            class_name="flex min-w-0 max-w-[86%] flex-col items-start gap-1.5",
        ),
        class_name="flex gap-2.5",
    )


def _sources(w: Any, line: Any) -> rx.Component:
    tile = "grid size-4.5 shrink-0 place-items-center rounded bg-soft text-[11px] font-semibold"
    row = "flex min-h-7 items-center gap-2 text-[13px] text-ink pointer-coarse:min-h-11"
    return rx.el.div(
        rx.el.h2(w["widget.sources"], class_name="sr-only"),
        rx.el.ol(
            rx.foreach(
                line.sources,
                lambda source: rx.el.li(
                    rx.cond(
                        source.url != "",
                        rx.el.a(
                            rx.el.span(source.number, class_name=tile),
                            source.title,
                            href=source.url,
                            target="_blank",
                            rel="noopener noreferrer nofollow",
                            class_name=f"{row} hover:underline",
                        ),
                        rx.el.span(rx.el.span(source.number, class_name=tile), source.title, class_name=row),
                    )
                ),
            )
        ),
        class_name="ps-1 pt-0.5",
    )


def _judge(state: Any, w: Any, line: Any) -> rx.Component:
    """A visitor may say that an answer of the AI's was none."""
    small = "flex min-h-7 items-center gap-1.5 ps-1 text-xs text-muted pointer-coarse:min-h-11"
    return rx.cond(
        state.unhelpful.contains(line.seq),
        rx.el.p(w["widget.wrong.thanks"], role="status", class_name=small),
        rx.el.button(
            icon("thumbs-down", "size-3.5 shrink-0"),
            w["widget.wrong"],
            type="button",
            on_click=state.wrong(line.seq),
            class_name=f"{small} cursor-pointer hover:underline",
        ),
    )


def _draft(state: Any, w: Any) -> rx.Component:
    """An answer that grows. The log is read aloud as it changes: this is not, until it is finished and stands there."""
    return rx.el.div(
        _from_team(
            state.assistant,
            True,
            w,
            rx.el.div(state.draft, class_name=f"{_BUBBLE} rounded-ss-md bg-base-200", dir="auto"),
        ),
        custom_attrs={"aria-live": "off", "aria-busy": "true", "data-draft": "1"},
    )


def _typing(state: Any, w: Any) -> rx.Component:
    dot = "size-1.5 animate-pulse rounded-full bg-muted"
    return rx.el.div(
        rx.el.span(icon("message-circle"), class_name=f"{MARK} size-7 rounded-lg"),
        rx.el.div(
            rx.el.span(class_name=dot),
            rx.el.span(class_name=f"{dot} [animation-delay:150ms]"),
            rx.el.span(class_name=f"{dot} [animation-delay:300ms]"),
            rx.el.span(state.assistant, " …", class_name="sr-only"),
            class_name="flex h-10 items-center gap-1 rounded-2xl rounded-ss-md bg-base-200 px-4",
        ),
        role="status",
        class_name="flex gap-2.5",
    )
