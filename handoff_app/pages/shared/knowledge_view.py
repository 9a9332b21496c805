"""How the page `/knowledge` looks: open questions and articles, the editor, and the bench beside them."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from handoff_app.domain.knowledge import WINDOW, Shown
from handoff_app.pages.shared.bench_view import bench
from handoff_app.pages.shared.clock import local
from handoff_app.pages.shared.frame import frame
from handoff_app.pages.shared.parts import field_error, icon, plain_link, search_field
from handoff_app.pages.shared.websites_view import reader, websites

ACCEPTED = ".md,.txt,.html,.htm,.pdf,.docx,.csv,.jsonl"
LEAVES = {"data-leaves": ""}  # who presses it while something is not saved is asked first
_LIST = "divide-y divide-line rounded-box border border-line"


@dataclass(frozen=True)
class Group:
    """Questions without an answer that mean the same; `ids` is separated by spaces."""

    ids: str
    count: int
    title: str
    said: str
    reply: str
    by: str


def knowledge_view(state: Any, sites: Any, tried: Any) -> rx.Component:
    """The whole page over `KnowledgeState`, `WebsitesState` and `BenchState`."""
    return frame(
        "/knowledge",
        rx.el.main(
            _title(state, sites),
            rx.el.div(
                rx.el.div(
                    rx.cond(sites.shown, reader(sites)),
                    rx.cond(state.editing != "", _editor(state)),
                    rx.cond(state.groups.length() > 0, _questions(state)),
                    rx.cond(sites.sites.length() > 0, websites(sites)),
                    _articles(state),
                    class_name="flex min-w-0 flex-col gap-6",
                ),
                bench(tried),
                class_name="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_24rem]",
            ),
            class_name="min-h-0 grow overflow-y-auto px-5 py-7 md:px-8",
        ),
        admins_only=True,
    )


def _title(state: Any, sites: Any) -> rx.Component:
    return rx.el.header(
        rx.el.div(
            rx.el.h1("Knowledge", class_name="text-xl font-semibold"),
            rx.el.p(
                "What the AI may answer from. It says nothing that is not in here.",
                class_name="mt-1 text-sm/5.5 text-muted",
            ),
            rx.el.p(
                state.status,
                rx.cond(
                    state.undoable,
                    rx.el.button("Undo", type="button", on_click=state.undo, class_name="btn btn-ghost btn-xs ms-2"),
                ),
                role="status",
                class_name="text-[13px]/5 text-ink",
            ),
            rx.el.p(sites.status, role="status", class_name="text-[13px]/5 text-ink"),
            rx.el.p(role="status", class_name="text-[13px]/5 text-muted", custom_attrs={"data-upload-status": "1"}),
        ),
        rx.el.div(
            rx.el.button(
                icon("globe"),
                "Read a website",
                type="button",
                on_click=sites.show,
                class_name="btn btn-sm btn-outline",
                custom_attrs={"aria-expanded": rx.cond(sites.shown, "true", "false")},
            ),
            rx.el.label(
                icon("upload"),
                "Upload",
                rx.el.input(
                    type="file",
                    multiple=True,
                    accept=ACCEPTED,
                    class_name="sr-only",
                    custom_attrs={"data-upload": "/api/knowledge/upload", "aria-label": "Upload"},
                ),
                class_name="btn btn-sm btn-outline focus-within:outline-2",
            ),
            _export(),
            rx.el.button(
                icon("plus"),
                "New article",
                type="button",
                on_click=state.new,
                class_name="btn btn-sm btn-primary",
                custom_attrs=LEAVES,
            ),
            class_name="flex flex-wrap gap-2 md:ms-auto",
        ),
        class_name="mb-5 flex flex-wrap items-start gap-4",
    )


def _export() -> rx.Component:
    def entry(kind: str) -> rx.Component:
        href = f"/api/knowledge/export.{kind}"
        return plain_link(
            f"As {kind.upper()}", href=href, download=True, class_name="btn btn-ghost btn-sm justify-start"
        )

    return rx.el.details(
        rx.el.summary(icon("download"), "Export", class_name="btn btn-sm btn-outline list-none"),
        rx.el.div(
            entry("csv"),
            entry("jsonl"),
            class_name="absolute end-0 z-30 mt-1 flex w-36 flex-col rounded-box border border-line bg-base-100 p-1.5 "
            "shadow-pop",
        ),
        class_name="relative",
        custom_attrs={"data-popup": "1"},
    )


def _questions(state: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Questions without an answer", id="questions", class_name="text-sm font-semibold"),
            rx.el.p("last 30 days, grouped", class_name="text-[13px] text-muted"),
            rx.cond(
                state.more_groups > state.groups.length(),
                rx.el.button(
                    f"All {state.more_groups} groups",
                    type="button",
                    on_click=state.show_groups,
                    class_name="ms-auto cursor-pointer text-[13px] text-ink hover:underline",
                ),
            ),
            class_name="mb-2 flex items-baseline gap-2",
        ),
        rx.el.ul(rx.foreach(state.groups, lambda group: _question(state, group)), class_name=_LIST),
        custom_attrs={"aria-labelledby": "questions"},
    )


def _question(state: Any, group: rx.Var[Group]) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            group.count,
            role="img",
            class_name="grid h-9 min-w-9 shrink-0 place-items-center rounded-lg bg-warn-soft text-sm font-semibold "
            "text-warn tabular-nums",
            custom_attrs={"aria-label": f"asked {group.count} times"},
        ),
        rx.el.div(
            rx.el.b(group.title, dir="auto", class_name="block truncate text-sm font-medium"),
            rx.el.p(group.said, dir="auto", class_name="truncate text-xs/5 text-muted"),
            rx.cond(
                group.reply != "",
                rx.el.p(
                    f"{group.by}: {group.reply}", dir="auto", class_name="line-clamp-2 text-[13px]/5 wrap-anywhere"
                ),
            ),
            class_name="min-w-0 grow basis-40",
        ),
        rx.cond(
            group.reply != "",
            rx.el.button(
                rx.el.span(f"Use {group.by}’s answer", class_name="truncate"),
                type="button",
                on_click=state.use_reply(group.ids, group.reply),
                custom_attrs=LEAVES,
                class_name="btn btn-sm btn-outline max-w-56",
            ),
            rx.el.button(
                "Write answer",
                type="button",
                on_click=state.write_answer(group.ids),
                custom_attrs=LEAVES,
                class_name="btn btn-sm btn-outline",
            ),
        ),
        rx.el.button(
            icon("x"),
            type="button",
            on_click=state.dismiss(group.ids),
            class_name="btn btn-ghost btn-sm btn-square text-muted",
            custom_attrs={"aria-label": f"Dismiss: {group.title}"},
        ),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3",
        key=group.ids,
    )


def _articles(state: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2("Articles", id="articles", class_name="text-sm font-semibold"),
            rx.el.span(state.total, class_name="text-[13px] text-muted tabular-nums"),
            rx.cond(
                state.demo,
                rx.el.button(
                    "Remove the sample shop",
                    type="button",
                    on_click=state.remove_demo,
                    class_name="btn btn-ghost btn-sm text-bad",
                ),
            ),
            search_field(state, "Search articles", "Search articles", "sm:w-52"),
            class_name="mb-2 flex flex-wrap items-center gap-2",
        ),
        rx.cond(
            state.listed,
            rx.cond(
                state.rows.length() > 0,
                rx.el.ul(rx.foreach(state.rows, lambda row: _article(state, row)), class_name=_LIST),
                _empty(state),
            ),
        ),
        rx.cond(state.total > WINDOW, _turns(state)),
        custom_attrs={"aria-labelledby": "articles"},
    )


def _article(state: Any, row: rx.Var[Shown]) -> rx.Component:
    return rx.el.li(
        icon("file-text", "size-4 shrink-0 text-muted"),
        rx.el.button(
            rx.el.b(row.title, dir="auto", class_name="block truncate text-sm font-medium group-hover:underline"),
            rx.el.span(row.origin, class_name="block truncate text-xs/5 text-muted"),
            type="button",
            on_click=state.edit(row.id),
            custom_attrs=LEAVES,
            class_name="group min-w-0 grow cursor-pointer text-start",
        ),
        rx.el.p(
            rx.el.span(
                rx.el.b(row.answers, class_name="font-medium text-base-content"),
                rx.cond(row.answers == 1, " answer", " answers"),
                class_name="block",
            ),
            rx.el.span("edited ", local(row.edited, brief=True)),
            class_name="text-end text-xs/5 whitespace-nowrap text-muted tabular-nums max-sm:hidden",
        ),
        rx.el.input(
            type="checkbox",
            role="switch",
            default_checked=row.enabled,
            key=row.id + row.enabled.to_string(),
            on_change=lambda on: state.switch(row.id, on),
            class_name="toggle toggle-sm toggle-primary",
            custom_attrs={"aria-label": f"Answer from {row.title}"},
        ),
        class_name="flex items-center gap-3 px-4 py-2.5",
    )


def _empty(state: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h3(rx.cond(state.sought != "", "Nothing found", "No articles yet"), class_name="text-base font-semibold"),
        rx.el.p(
            "Write down what visitors ask most, or upload what you have. Until then the AI offers a human.",
            class_name="mt-1 text-sm/5.5 text-muted",
        ),
        class_name="rounded-box border border-line p-10 text-center",
    )


def _turns(state: Any) -> rx.Component:
    def button(label: str, pages: int, off: Any) -> rx.Component:
        return rx.el.button(
            label, type="button", on_click=state.turn(pages), disabled=off, class_name="btn btn-sm btn-outline"
        )

    return rx.el.div(
        button("Back", -1, state.skip == 0),
        button("More", 1, state.skip + WINDOW >= state.total),
        class_name="mt-3 flex justify-end gap-2",
    )


def _editor(state: Any) -> rx.Component:
    return rx.el.form(
        rx.el.div(
            rx.el.h2(
                rx.cond(state.editing == "new", "New article", "Edit article"), class_name="text-[15px] font-semibold"
            ),
            rx.cond(
                state.editing != "new",
                rx.el.button(
                    icon("trash-2"),
                    "Delete",
                    type="button",
                    on_click=state.remove,
                    class_name="btn btn-ghost btn-sm ms-auto text-bad",
                ),
            ),
            class_name="flex min-h-8 items-center",
        ),
        _written(state, "title", "Title", "The question it answers, or its subject."),
        _written(state, "text", "Answer", "Visitors read these very words. Paragraphs and # headings are kept.", 8),
        _written(
            state, "phrasings", "Other ways to ask", "One to a line, as visitors write. Two or three help most.", 4
        ),
        _written(state, "url", "Page", "Where visitors can read more, if there is such a page."),
        rx.el.div(
            rx.el.button("Cancel", type="button", on_click=state.cancel, class_name="btn btn-sm btn-ghost"),
            rx.el.button("Save", type="submit", class_name="btn btn-sm btn-primary"),
            class_name="flex justify-end gap-2",
        ),
        key=state.version.to_string(),
        on_submit=state.save,
        class_name="flex flex-col gap-4 rounded-box border border-line p-5",
        custom_attrs={"aria-label": "Article", "data-guard": "1"},
    )


def _written(state: Any, name: str, label: str, help: str, rows: int = 0) -> rx.Component:
    """A field that the browser keeps until it is saved; a refusal stands below it."""
    error = state.errors[name]
    about: dict[str, Any] = {
        "id": f"article-{name}",
        "name": name,
        "default_value": getattr(state.draft, name),
        "dir": "auto",
        "custom_attrs": {
            "aria-invalid": rx.cond(error != "", "true", "false"),
            "aria-describedby": f"article-{name}-error article-{name}-help",
        },
    }
    wrong = rx.cond(error != "", "input-error textarea-error", "").to(str)
    if rows:
        box = rx.el.textarea(rows=str(rows), class_name="textarea w-full text-sm/5.5 " + wrong, **about)
    else:
        box = rx.el.input(class_name="input w-full " + wrong, auto_complete="off", **about)
    return rx.el.div(
        rx.el.label(label, html_for=f"article-{name}", class_name="mb-1 block text-[13px] font-medium"),
        box,
        field_error(error, f"article-{name}-error"),
        rx.el.p(help, id=f"article-{name}-help", class_name="mt-1.5 text-[13px]/5 text-muted"),
    )
