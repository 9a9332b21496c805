"""How the inbox looks: list, thread, visitor. On a phone the list and the thread are two pages."""

from typing import Any

import reflex as rx

from handoff_app.pages.shared.frame import StaffState, frame
from handoff_app.pages.shared.parts import HIDDEN, face, icon, link

_FILTERS = (("waiting", "Waiting"), ("mine", "Mine"), ("ai", "AI"), ("resolved", "Resolved"), ("all", "All"))

_SAID = "whitespace-pre-wrap break-words rounded-2xl px-3.5 py-2.5 text-sm/5.5"


def inbox_view(lists: Any, thread: Any) -> rx.Component:
    """The whole page over its two States."""
    return frame(
        "/inbox",
        rx.el.div(
            _list(lists, thread),
            rx.cond(thread.selected != "", _thread(thread), _nothing(thread)),
            rx.cond(thread.selected != "", _card(thread.card)),
            class_name="flex min-h-0 grow",
        ),
    )


def _failing() -> rx.Component:
    """Somebody may not have heard of a visitor: that stands above the list until it is mended."""
    words = rx.fragment(
        icon("circle-alert", "size-4 shrink-0 mt-0.5"),
        rx.cond(StaffState.failed == 1, "One notice could not be delivered.", f"{StaffState.failed} notices failed."),
    )
    look = "mx-3 mb-2 flex gap-2 rounded-lg bg-bad-soft p-2.5 text-[13px]/5 text-bad"
    return rx.cond(
        StaffState.failed > 0,
        rx.cond(
            StaffState.admin,
            link(words, href="/deliveries", class_name=f"{look} underline"),
            rx.el.p(words, role="status", class_name=look),
        ),
    )


def _list(lists: Any, thread: Any) -> rx.Component:
    return rx.el.section(
        rx.el.header(
            rx.el.h1("Inbox", class_name="text-base font-semibold"),
            rx.el.form(
                rx.el.label(icon("search"), class_name="sr-only", html_for="search"),
                rx.el.input(
                    id="search",
                    name="search",
                    type="search",
                    placeholder="Search",
                    auto_complete="off",
                    class_name="input input-sm w-36",
                    custom_attrs={"aria-label": "Search conversations"},
                ),
                on_submit=lists.search,
                class_name="ms-auto",
            ),
            class_name="flex h-14 shrink-0 items-center gap-2 ps-4 pe-3",
        ),
        _failing(),
        rx.el.div(
            *(_filter(lists, key, label) for key, label in _FILTERS),
            role="tablist",
            class_name="flex gap-0.5 overflow-x-auto px-3 pb-1.5",
            custom_attrs={"aria-label": "Filter"},
        ),
        rx.el.ul(
            rx.foreach(lists.rows, lambda row: _row(row, thread)),
            class_name="min-h-0 grow divide-y divide-line overflow-y-auto border-t border-line",
            custom_attrs={"aria-label": "Conversations"},
        ),
        rx.cond(lists.listed & (lists.rows.length() == 0), _empty(lists)),
        class_name=rx.cond(
            thread.selected != "",
            "hidden w-86 shrink-0 flex-col border-e border-line bg-base-100 md:flex",
            "flex w-full shrink-0 flex-col border-e border-line bg-base-100 md:w-86",
        ),
        custom_attrs={"aria-label": "Inbox"},
    )


def _filter(lists: Any, key: str, label: str) -> rx.Component:
    chosen = lists.chosen == key
    return rx.el.button(
        rx.el.span(
            label,
            rx.el.span(lists.counts[key], class_name="text-xs tabular-nums"),
            class_name="flex h-7 items-center gap-1 rounded-full px-1.5 text-[13px] "
            + rx.cond(chosen, "bg-neutral font-medium text-neutral-content", "text-muted group-hover:bg-base-200").to(
                str
            ),
        ),
        type="button",
        role="tab",
        on_click=lists.choose(key),
        class_name="group flex h-8 shrink-0 cursor-pointer items-center pointer-coarse:h-11",
        custom_attrs={
            "aria-label": label,
            "aria-description": f"{lists.counts[key]} conversations",
            "aria-selected": rx.cond(chosen, "true", "false"),
        },
    )


def _row(row: Any, thread: Any) -> rx.Component:
    here = thread.selected == row.id
    return rx.fragment(
        rx.cond(
            row.group != "",
            rx.el.li(
                row.group,
                rx.el.span(row.group_count, class_name="font-normal"),
                class_name="flex h-8 items-center gap-1.5 bg-side px-4 text-xs font-medium text-muted",
            ),
        ),
        rx.el.li(
            link(
                face(row.initial, "mt-0.5 size-8 text-[13px]"),
                rx.el.div(
                    rx.el.p(
                        rx.el.b(row.name, class_name="grow truncate text-sm/5 font-semibold"),
                        rx.cond(
                            row.wait != "",
                            _wait(row),
                            rx.el.span(row.time, class_name="shrink-0 text-xs text-muted tabular-nums"),
                        ),
                        class_name="flex items-center gap-2",
                    ),
                    rx.el.p(
                        rx.el.span(row.preview, class_name="grow truncate text-[13px]/5"),
                        rx.cond(row.unread > 0, _unread(row)),
                        rx.cond(
                            row.owner_initial != "",
                            rx.el.span(
                                row.owner_initial,
                                class_name="grid size-5 shrink-0 place-items-center rounded-full bg-(--p1) "
                                "text-[11px] font-semibold text-(--p1-ink)",
                                custom_attrs={"title": row.owner},
                            ),
                        ),
                        class_name="flex items-center gap-2",
                    ),
                    rx.cond(row.reason != "", rx.el.p(row.reason, class_name="text-xs/5 text-muted")),
                    class_name="min-w-0 grow",
                ),
                href=f"/inbox/{row.id}",
                class_name="relative flex gap-3 px-4 py-2 "
                + rx.cond(
                    here,
                    "bg-soft before:absolute before:inset-y-0 before:start-0 before:w-0.5 before:bg-ink",
                    "hover:bg-base-200",
                ).to(str),
                custom_attrs={"aria-current": rx.cond(here, "true", "false")},
            )
        ),
    )


def _wait(row: Any) -> rx.Component:
    tone = rx.match(
        row.wait_level, (0, "text-muted"), (1, "px-1.5 text-warn bg-warn-soft"), "px-1.5 text-bad bg-bad-soft"
    )
    return rx.el.span(
        icon("timer", "size-3.5 shrink-0"),
        rx.el.span("waiting ", class_name="sr-only"),
        row.wait,
        class_name="flex h-5 shrink-0 items-center gap-1 rounded-full text-xs font-medium tabular-nums " + tone.to(str),
    )


def _unread(row: Any) -> rx.Component:
    return rx.el.span(
        row.unread,
        rx.el.span(" unread", class_name="sr-only"),
        class_name="grid h-4.5 min-w-4.5 shrink-0 place-items-center rounded-full bg-primary px-1 text-[11px] "
        "font-semibold text-primary-content",
    )


def _empty(lists: Any) -> rx.Component:
    return rx.el.div(
        rx.el.p(
            rx.match(
                lists.chosen,
                ("waiting", "Nobody is waiting"),
                ("mine", "You have no live chats"),
                "No conversations here yet",
            ),
            class_name="text-sm font-semibold",
        ),
        rx.el.p("New ones appear by themselves.", class_name="text-[13px]/5 text-muted"),
        class_name="p-8 text-center",
    )


def _nothing(thread: Any) -> rx.Component:
    return rx.el.main(
        rx.el.span(
            icon("inbox", "size-6 shrink-0"),
            class_name="grid size-14 place-items-center rounded-2xl bg-base-200 text-muted",
        ),
        rx.el.h2(
            rx.cond(thread.problem != "", thread.problem, "Choose a conversation"), class_name="text-base font-semibold"
        ),
        rx.el.p(
            "Take over a waiting one, or read along while the AI answers.",
            class_name="max-w-80 text-sm/5.5 text-muted",
        ),
        class_name="hidden grow flex-col items-center justify-center gap-3 p-8 text-center md:flex",
    )


def _thread(t: Any) -> rx.Component:
    return rx.el.main(
        _head(t),
        rx.cond(
            t.problem != "",
            rx.el.p(t.problem, role="alert", class_name="bg-warn-soft px-5 py-2 text-[13px]/5 text-warn"),
        ),
        rx.el.p(
            "No connection. What you write is kept and sent when you are back.",
            id="offline",
            role="status",
            hidden=True,
            class_name="bg-warn-soft px-5 py-2 text-[13px]/5 text-warn",
        ),
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
                rx.foreach(t.history, lambda line: _line(t, line)),
                rx.foreach(t.tail, lambda line: _line(t, line)),
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
        _reply(t),
        class_name="flex min-w-0 grow flex-col",
    )


def _head(t: Any) -> rx.Component:
    state = rx.match(
        t.chat_status,
        ("waiting", "Waiting for a human"),
        ("with_agent", f"With {t.owner}"),
        ("resolved", "Resolved"),
        "With the AI",
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
            class_name="min-w-0 grow",
        ),
        rx.cond(
            free & (t.chat_status != "resolved"),
            rx.el.button("Take over", type="button", on_click=t.take_over, class_name="btn btn-primary btn-sm"),
        ),
        rx.cond(
            t.mine | (t.chat_status == "waiting"),
            rx.el.button("Hand back to AI", type="button", on_click=t.hand_back, class_name="btn btn-ghost btn-sm"),
        ),
        rx.cond(
            t.mine | (free & (t.chat_status != "resolved")),
            rx.el.button(
                icon("check"), "Resolve", type="button", on_click=t.resolve, class_name="btn btn-outline btn-sm"
            ),
        ),
        class_name="flex min-h-14 shrink-0 flex-wrap items-center gap-2 border-b border-line px-5 py-1.5",
    )


def _line(t: Any, line: Any) -> rx.Component:
    return rx.match(
        line.author,
        ("visitor", _from_visitor(t, line)),
        ("system", _system(line)),
        ("ai", _from_ai(line)),
        _from_agent(line),
    )


def _from_visitor(t: Any, line: Any) -> rx.Component:
    return rx.el.article(
        face(t.card.initial, "size-7 text-xs"),
        rx.el.div(
            _meta(t.card.name, line.at),
            rx.el.div(
                line.text,
                dir="auto",
                class_name=f"{_SAID} rounded-ss-md bg-base-200",
            ),
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
                line.text,
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
                rx.el.p(line.text, dir="auto", class_name="whitespace-pre-wrap break-words px-3.5 py-2.5 text-sm/5.5"),
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


def _draft(t: Any) -> rx.Component:
    """The AI's answer while it grows; a screen reader hears it when it is finished."""
    return rx.el.div(
        rx.el.p(
            t.draft,
            dir="auto",
            class_name="max-w-[80%] rounded-2xl rounded-se-md border border-dashed border-edge px-3.5 py-2.5 "
            "text-sm/5.5 break-words whitespace-pre-wrap text-muted",
        ),
        class_name="flex justify-end pe-9.5",
        custom_attrs={"aria-live": "off", "aria-busy": "true"},
    )


def _meta(name: Any, at: Any) -> rx.Component:
    return rx.el.p(
        rx.el.b(name, class_name="font-medium"),
        rx.el.span(" ", at, class_name="text-muted tabular-nums"),
        class_name="text-xs",
    )


def _system(line: Any) -> rx.Component:
    return rx.el.p(
        f"{line.text} {line.at}",
        class_name="flex items-center gap-3 text-center text-xs text-muted before:h-px before:grow before:bg-line "
        "after:h-px after:grow after:bg-line",
        custom_attrs={"data-last": line.seq},
    )


def _reply(t: Any) -> rx.Component:
    return rx.el.footer(
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
                    rx.cond(t.mine, "Enter sends", "Sending takes this conversation over"),
                    class_name="min-w-0 grow truncate text-xs text-muted",
                ),
                rx.el.button("Send", type="submit", class_name="btn btn-primary btn-sm px-4"),
                class_name="flex items-center gap-3 px-2 pb-2 ps-3.5",
            ),
            class_name="rounded-2xl border border-edge focus-within:border-ink focus-within:ring-1 "
            "focus-within:ring-ink",
            custom_attrs={
                "data-composer": f"inbox:{t.selected}",
                "data-too-long": "A message can have 4,000 characters at most. Please shorten it.",
            },
        ),
        rx.el.p(id="composer-error", role="alert", class_name="px-2 pt-1.5 text-[13px]/5 text-bad empty:hidden"),
        rx.el.i(hidden=True, custom_attrs={"data-refused": t.refused, "data-reason": t.refused_text}),
        rx.el.form(
            *(rx.el.textarea(name=name, read_only=True, tab_index=-1) for name in ("client_id", "text")),
            on_submit=t.reply,
            hidden=True,
            custom_attrs={"data-carrier": "1", "aria-hidden": "true"},
        ),
        rx.el.div(
            rx.el.article(
                rx.el.div(
                    rx.el.span(custom_attrs={"data-text": "1"}),
                    class_name="max-w-[80%] whitespace-pre-wrap break-words rounded-2xl rounded-se-md border "
                    "border-dashed border-ink bg-soft px-3.5 py-2.5 text-sm/5.5",
                ),
                rx.el.p("Sending…", class_name="text-xs text-muted"),
                class_name="flex flex-col items-end gap-1",
            ),
            id="outbox-shape",
            hidden=True,
        ),
        class_name="shrink-0 px-5 pb-4 pt-1",
    )


def _card(card: Any) -> rx.Component:
    def fact(name: str, value: Any) -> rx.Component:
        return rx.cond(
            value != "",
            rx.el.div(
                rx.el.dt(name, class_name="w-20 shrink-0 text-muted"),
                rx.el.dd(value, class_name="min-w-0 break-words"),
                class_name="flex gap-2 py-0.5",
            ),
        )

    def part(title: str, *content: rx.Component) -> rx.Component:
        return rx.el.section(
            rx.el.h3(title, class_name="mb-2 text-[13px] font-medium text-muted"),
            *content,
            class_name="border-t border-line px-5 py-4 text-[13px]/5",
        )

    return rx.el.aside(
        rx.el.div(
            face(card.initial, "size-12 text-base"),
            rx.el.div(
                rx.el.p(card.name, class_name="truncate text-[15px] font-semibold"),
                rx.el.p(card.email, class_name="truncate text-[13px] text-muted", dir="ltr"),
                class_name="min-w-0",
            ),
            class_name="flex items-center gap-3 px-5 py-4",
        ),
        part(
            "Visitor",
            rx.el.dl(fact("Page", card.page), fact("Language", card.language), fact("First seen", card.since)),
        ),
        rx.cond(
            card.reason != "",
            part(
                "Why a human",
                rx.el.dl(
                    fact("Reason", card.reason),
                    fact("In turn", card.assigned),
                    fact("Why", card.why),
                    fact("Taken by", card.owner),
                ),
                rx.el.ul(
                    rx.foreach(
                        card.notices,
                        lambda n: rx.el.li(
                            rx.el.span(n["where"], class_name="min-w-0 grow truncate"),
                            rx.el.span(
                                n["state"],
                                class_name="shrink-0 text-xs font-medium "
                                + rx.match(n["tone"], ("ok", "text-ok"), ("bad", "text-bad"), "text-warn").to(str),
                            ),
                            class_name="flex items-center gap-2 py-1",
                        ),
                    ),
                    class_name="mt-2",
                ),
            ),
        ),
        rx.cond(
            card.earlier.length() > 0,
            part(
                "Earlier chats",
                rx.el.ul(
                    rx.foreach(
                        card.earlier,
                        lambda c: rx.el.li(
                            link(
                                rx.el.span(c["text"], class_name="min-w-0 grow truncate"),
                                rx.el.span(c["at"], class_name="shrink-0 text-xs text-muted"),
                                href=f"/inbox/{c['id']}",
                                class_name="flex items-center gap-2 py-1 hover:underline",
                            )
                        ),
                    )
                ),
            ),
        ),
        class_name="hidden w-76 shrink-0 overflow-y-auto border-s border-line xl:block",
        custom_attrs={"aria-label": "Visitor"},
    )
