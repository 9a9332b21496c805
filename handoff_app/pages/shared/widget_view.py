"""How the widget looks: header, log, prompts, composer. Everything it says is a word of the visitor's language."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from handoff_app import i18n
from handoff_app.pages.shared.parts import HIDDEN, field_error, icon

WORDS = tuple(i18n.catalog(i18n.DEFAULT))
"""The keys that the widget is given."""

_MARK = "grid shrink-0 place-items-center bg-soft text-ink"
_BUBBLE = "max-w-full whitespace-pre-wrap break-words rounded-2xl px-3.5 py-2.5 text-[15px]/[22px]"
_PLAIN = "block [unicode-bidi:plaintext]"  # each paragraph runs as its own words do


@dataclass(frozen=True)
class Recent:
    """One of the visitor's other chats."""

    id: str
    text: str
    at: str


def widget_view(state: Any) -> rx.Component:
    """The whole widget over `WidgetState`."""
    w = state.words
    return rx.el.main(
        rx.cond(
            state.conversation != "",
            rx.fragment(
                _header(state, w),
                rx.el.p(
                    w["widget.offline"],
                    id="offline",
                    role="status",
                    hidden=True,
                    class_name="bg-warn-soft px-4 py-2 text-[13px]/5 text-warn",
                ),
                _log(state, w),
                _composer(state, w),
                _carrier(state.send, "data-carrier", "client_id", "text", "page_url"),
                _carrier(state.seen, "data-seen", "count"),
                _carrier(state.identify, "data-identity", "email", "name"),
                _shape(w),
            ),
            rx.el.span(class_name="loading loading-dots m-auto text-muted", custom_attrs=HIDDEN),
        ),
        class_name="relative flex h-dvh flex-col overflow-hidden bg-base-100 text-base-content antialiased",
        custom_attrs={"data-page-lang": state.locale, "data-page-dir": state.direction},
        dir=state.direction,
        lang=state.locale,
    )


def _header(state: Any, w: Any) -> rx.Component:
    subtitle = rx.match(
        state.status,
        ("waiting", w["widget.subtitle.waiting"]),
        ("with_agent", w["widget.subtitle.live"]),
        w["widget.subtitle"],
    )
    live = state.status == "with_agent"
    return rx.el.header(
        rx.cond(
            live,
            rx.el.span(
                state.agent.to(str)[0],
                class_name="grid size-9 shrink-0 place-items-center rounded-full bg-(--p1) font-semibold "
                "text-(--p1-ink)",
                custom_attrs=HIDDEN,
            ),
            rx.el.span(icon("message-circle", "size-5 shrink-0"), class_name=f"{_MARK} size-9 rounded-xl"),
        ),
        rx.el.div(
            rx.el.h1(rx.cond(live, state.agent, state.shop), class_name="truncate text-[15px]/5 font-semibold"),
            rx.el.p(subtitle, class_name="truncate text-xs/4 text-muted"),
            class_name="min-w-0 grow",
        ),
        rx.el.div(_menu(state, w), _close(w), class_name="flex"),
        class_name="flex h-16 shrink-0 items-center gap-3 border-b border-line ps-4 pe-2",
    )


def _close(w: Any) -> rx.Component:
    return rx.el.button(
        icon("x", "size-5 shrink-0"),
        type="button",
        class_name="btn btn-ghost btn-square -ms-1",
        custom_attrs={"aria-label": w["widget.close"], "data-close-chat": "1"},
    )


def _menu(state: Any, w: Any) -> rx.Component:
    item = "flex min-h-11 w-full items-center gap-2.5 rounded-lg px-3 text-start text-sm hover:bg-base-200"
    return rx.el.details(
        rx.el.summary(
            icon("ellipsis", "size-5 shrink-0"),
            role="button",
            class_name="btn btn-ghost btn-square list-none",
            custom_attrs={"aria-label": w["widget.menu"], "aria-expanded": "false"},
        ),
        rx.el.div(
            rx.el.button(icon("plus"), w["widget.new_chat"], type="button", on_click=state.start_new, class_name=item),
            rx.el.details(
                rx.el.summary(
                    icon("history"),
                    w["widget.recent_chats"],
                    role="button",
                    on_click=state.list_recent,
                    class_name=f"{item} list-none",
                ),
                rx.cond(
                    state.recent.length() > 0,
                    rx.el.ul(
                        rx.foreach(state.recent, lambda c: _recent(state, c)), class_name="border-y border-line py-1"
                    ),
                    rx.el.p(w["widget.no_recent"], class_name="px-3 py-2 text-[13px] text-muted"),
                ),
            ),
            rx.el.button(
                icon("trash-2"),
                w["widget.delete_chat"],
                type="button",
                on_click=state.delete,
                class_name=f"{item} text-bad",
            ),
            class_name="absolute end-0 top-full z-20 mt-1 w-64 rounded-box bg-base-100 p-1.5 shadow-pop",
        ),
        class_name="relative",
        custom_attrs={"data-menu": "1"},
    )


def _recent(state: Any, chat: rx.Var[Recent]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            rx.el.span(chat.text, class_name="min-w-0 grow truncate"),
            rx.el.span(chat.at, class_name="shrink-0 text-xs text-muted"),
            type="button",
            on_click=state.show(chat.id),
            class_name="flex min-h-11 w-full items-center gap-2 rounded-lg px-3 text-start text-[13px] "
            "hover:bg-base-200",
            custom_attrs={"aria-current": rx.cond(state.conversation == chat.id, "true", "false")},
        )
    )


def _log(state: Any, w: Any) -> rx.Component:
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
            rx.match(
                state.prompt,
                ("offer", _offer(state, w)),
                ("email", _email(state, w)),
                rx.fragment(),
            ),
            rx.cond(state.status == "waiting", _waiting(w)),
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
            class_name="max-w-[84%] whitespace-pre-wrap break-words rounded-2xl rounded-ee-md bg-primary px-3.5 py-2.5 "
            "text-[15px]/[22px] text-primary-content",
            dir="auto",
        ),
        class_name="flex flex-col items-end gap-1.5",
        custom_attrs={"data-client-id": line.client_id, "data-last": line.seq},
    )


def _system(state: Any, line: Any) -> rx.Component:
    return rx.el.p(
        rx.el.span(f"{state.shop}: ", class_name="sr-only"),
        line.text,
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
                rx.el.span(line.text, class_name=_PLAIN, custom_attrs={"data-text": "1"}),
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
            rx.el.span(icon("message-circle"), class_name=f"{_MARK} size-7 rounded-lg"),
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
        rx.el.span(icon("message-circle"), class_name=f"{_MARK} size-7 rounded-lg"),
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


def _offer(state: Any, w: Any) -> rx.Component:
    return rx.el.div(
        rx.el.button(w["offer.yes"], type="button", on_click=state.accept, class_name="btn btn-primary px-4"),
        rx.el.button(w["offer.no"], type="button", on_click=state.decline, class_name="btn btn-outline px-4"),
        class_name="flex flex-wrap gap-2 ps-9.5",
    )


def _email(state: Any, w: Any) -> rx.Component:
    return rx.el.form(
        rx.el.h2(w["email.title"], class_name="text-[15px] font-semibold"),
        rx.el.p(w["email.help"], class_name="mt-0.5 text-[13px]/5 text-muted"),
        rx.el.label(w["email.label"], html_for="email", class_name="mt-3 mb-1 block text-[13px] font-medium"),
        rx.el.input(
            id="email",
            name="email",
            type="text",
            input_mode="email",
            auto_complete="email",
            default_value=state.email_typed,
            placeholder=w["email.placeholder"],
            class_name=rx.cond(state.email_error != "", "input input-error w-full", "input w-full"),
            dir="ltr",
            custom_attrs={
                "aria-invalid": rx.cond(state.email_error != "", "true", "false"),
                "aria-describedby": "email-error",
            },
        ),
        field_error(state.email_error, "email-error"),
        rx.el.button(w["email.continue"], type="submit", class_name="btn btn-primary mt-3 w-full"),
        on_submit=state.leave_email,
        no_validate=True,
        class_name="ms-9.5 rounded-box border border-line p-4",
    )


def _waiting(w: Any) -> rx.Component:
    return rx.el.section(
        rx.el.p(w["escalation.waiting"], role="status", class_name="text-[15px] font-semibold"),
        rx.el.progress(class_name="progress progress-primary mt-3 w-full", custom_attrs={"aria-hidden": "true"}),
        class_name="rounded-box border border-line p-4",
    )


def _composer(state: Any, w: Any) -> rx.Component:
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
                    on_click=state.ask,
                    class_name="btn btn-ghost gap-2 px-2.5 text-[13px] text-ink",
                ),
                rx.el.span(),
            ),
            rx.el.span(note, class_name="text-xs text-muted"),
            class_name="flex min-h-11 items-center justify-between gap-2 pe-2",
        ),
        class_name="shrink-0 px-3 pb-1 pt-2",
    )


def _carrier(handler: Any, mark: str, *fields: str) -> rx.Component:
    """What chat.js fills and submits: one message at a time until the log shows it, and who the page says this is."""
    return rx.el.form(
        *(rx.el.textarea(name=name, read_only=True, tab_index=-1) for name in fields),
        on_submit=handler,
        hidden=True,
        custom_attrs={mark: "1", "aria-hidden": "true"},
    )


def _shape(w: Any) -> rx.Component:
    """How a message looks that is on its way; chat.js copies it."""
    return rx.el.div(
        rx.el.article(
            rx.el.div(
                rx.el.span(custom_attrs={"data-text": "1"}),
                class_name="max-w-[84%] whitespace-pre-wrap break-words rounded-2xl rounded-ee-md border border-dashed "
                "border-ink bg-soft px-3.5 py-2.5 text-[15px]/[22px]",
                dir="auto",
            ),
            rx.el.p(
                icon("clock", "size-3.5 shrink-0"), w["widget.sending"], class_name="flex gap-1 text-xs text-muted"
            ),
            class_name="flex flex-col items-end gap-1.5",
        ),
        id="outbox-shape",
        hidden=True,
    )
