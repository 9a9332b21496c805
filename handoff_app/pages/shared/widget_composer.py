"""Where the visitor writes. Together with assets/chat.js it loses nothing."""

from typing import Any

import reflex as rx

from handoff_app.pages.shared.parts import icon


def composer(state: Any, w: Any) -> rx.Component:
    """The field, its trouble, and the way to a human."""
    note = rx.match(
        state.status,
        ("waiting", w["widget.note.waiting"]),
        ("with_agent", w["widget.note.live"]),
        w["widget.note"],
    )
    can_ask = state.enabled & (state.status != "waiting") & (state.status != "with_agent")
    return rx.el.footer(
        rx.el.form(
            rx.el.textarea(
                name="text",
                rows="1",
                placeholder=w["widget.placeholder"],
                dir="auto",
                class_name="field-sizing-content max-h-32 min-h-11 grow resize-none bg-transparent ps-4 py-2.5 "
                "text-[16px]/6 outline-none placeholder:text-muted rtl:placeholder-shown:[direction:rtl]",
                custom_attrs={"aria-label": w["widget.message"], "aria-describedby": "composer-error"},
            ),
            rx.el.button(
                icon("arrow-up", "size-5 shrink-0"),
                type="submit",
                class_name="btn btn-ghost btn-square rounded-2xl text-muted",
                custom_attrs={"aria-label": w["widget.send"]},
            ),
            class_name="group flex items-end rounded-2xl border border-edge bg-base-100 focus-within:border-ink "
            "focus-within:ring-1 focus-within:ring-ink",
            custom_attrs={
                "data-composer": state.conversation,
                "data-gone": state.gone,
                "data-too-long": w["widget.too_long"],
                "data-empty": w["widget.empty"],
            },
            reset_on_submit=False,
        ),
        rx.el.p(id="composer-error", role="alert", class_name="px-2 pt-1.5 text-[13px]/5 text-bad empty:hidden"),
        rx.el.i(hidden=True, custom_attrs={"data-refused": state.refused, "data-reason": state.refused_text}),
        rx.el.div(
            rx.cond(
                can_ask,
                rx.el.button(
                    icon("headset"),
                    w["widget.talk"],
                    type="button",
                    on_click=state.ask(state.conversation),
                    class_name="btn btn-ghost gap-2 px-2.5 text-[13px] text-ink",
                ),
                rx.el.span(),
            ),
            rx.el.span(note, class_name="ms-auto py-0.5 text-end text-xs text-muted"),
            class_name="flex min-h-11 flex-wrap items-center gap-x-2 pe-2",
        ),
        class_name="shrink-0 px-3 pb-1 pt-2",
    )


def carrier(handler: Any, mark: str, *fields: str) -> rx.Component:
    """What chat.js fills and submits: one message at a time until the log shows it, and who the page says this is."""
    return rx.el.form(
        *(rx.el.textarea(name=name, read_only=True, tab_index=-1) for name in fields),
        on_submit=handler,
        hidden=True,
        custom_attrs={mark: "1", "aria-hidden": "true"},
    )


def shape(w: Any) -> rx.Component:
    """How a message looks that is on its way; chat.js copies it."""
    return rx.el.div(
        rx.el.article(
            rx.el.div(
                rx.el.span(custom_attrs={"data-text": "1"}),
                class_name="max-w-[84%] whitespace-pre-wrap wrap-anywhere rounded-2xl rounded-ee-md border "
                "border-dashed border-ink bg-soft px-3.5 py-2.5 text-[15px]/[22px]",
                dir="auto",
            ),
            _when("sending", w["widget.sending"]),
            _when("late", w["widget.unsent"]),
            class_name="flex flex-col items-end gap-1.5",
        ),
        id="outbox-shape",
        hidden=True,
    )


def _when(state: str, words: Any) -> rx.Component:
    """How it is on its way; chat.js shows one of them."""
    return rx.el.p(
        icon("clock", "size-3.5 shrink-0"),
        words,
        class_name="flex gap-1 text-xs text-muted",
        custom_attrs={"data-when": state},
    )
