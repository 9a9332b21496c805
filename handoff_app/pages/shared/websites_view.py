"""Websites to read: the form that adds one, and the list with how far each is."""

from dataclasses import dataclass
from typing import Any

import reflex as rx

from handoff_app.domain.sources import EVERY, KINDS
from handoff_app.pages.shared.clock import local
from handoff_app.pages.shared.parts import field_error, icon, pill


@dataclass(frozen=True)
class Site:
    """A website that is read, or will be; `read` of `found` addresses, `left_out` because they were deleted here."""

    id: str
    url: str
    state: str
    told: str
    trouble: str
    read: int
    found: int
    left_out: int


def reader(state: Any) -> rx.Component:
    """The form behind `Read a website`."""
    return rx.el.form(
        rx.el.h2("Read a website", class_name="text-[15px] font-semibold"),
        rx.el.div(
            rx.el.label("Web address", html_for="site-url", class_name="mb-1 block text-[13px] font-medium"),
            rx.el.input(
                id="site-url",
                name="url",
                type="text",
                inputmode="url",
                default_value=state.site["url"],
                placeholder="https://example.com/help",
                auto_complete="off",
                dir="ltr",
                class_name=rx.cond(state.error != "", "input input-error w-full", "input w-full"),
                custom_attrs={
                    "aria-invalid": rx.cond(state.error != "", "true", "false"),
                    "aria-describedby": "site-url-error site-url-help",
                },
            ),
            field_error(state.error, "site-url-error"),
            rx.el.p(
                "At most 200 pages of this one site, as its robots.txt allows. Each page becomes an article.",
                id="site-url-help",
                class_name="mt-1.5 text-[13px]/5 text-muted",
            ),
        ),
        rx.el.div(
            _choice(state, "kind", "Read", KINDS),
            _choice(state, "every", "Read again", {str(hours): name for hours, name in EVERY.items()}),
            class_name="grid gap-4 sm:grid-cols-2",
        ),
        rx.el.div(
            rx.el.button("Cancel", type="button", on_click=state.show, class_name="btn btn-sm btn-ghost"),
            rx.el.button("Read", type="submit", class_name="btn btn-sm btn-primary"),
            class_name="flex justify-end gap-2",
        ),
        on_submit=state.add,
        class_name="flex flex-col gap-4 rounded-box border border-line p-5",
        custom_attrs={"aria-label": "Read a website"},
    )


def websites(state: Any) -> rx.Component:
    """The list."""
    return rx.el.section(
        rx.el.h2("Websites", id="websites", class_name="mb-2 text-sm font-semibold"),
        rx.el.ul(
            rx.foreach(state.sites, lambda site: _website(state, site)),
            class_name="divide-y divide-line rounded-box border border-line",
        ),
        custom_attrs={"aria-labelledby": "websites"},
    )


def _choice(state: Any, name: str, label: str, options: dict[str, str]) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=f"site-{name}", class_name="mb-1 block text-[13px] font-medium"),
        rx.el.select(
            *(rx.el.option(words, value=value) for value, words in options.items()),
            id=f"site-{name}",
            name=name,
            default_value=state.site[name],
            class_name="select w-full",
        ),
    )


def _website(state: Any, site: rx.Var[Site]) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.el.b(site.url, dir="ltr", class_name="block truncate text-start text-sm font-medium"),
            rx.el.p(local(site.told), class_name="text-xs/5 text-muted tabular-nums"),
            rx.cond(
                site.left_out > 0,
                rx.el.p(
                    f"{site.left_out} deleted here and left out. ",
                    rx.el.button(
                        "Bring back",
                        type="button",
                        on_click=state.bring_back(site.id),
                        disabled=site.state == "reading",
                        class_name="cursor-pointer text-ink underline pointer-coarse:min-h-11",
                    ),
                    class_name="text-xs/5 text-muted",
                ),
            ),
            rx.cond(site.trouble != "", rx.el.p(site.trouble, class_name="text-xs/5 break-words text-bad")),
            rx.cond(
                site.state == "reading",
                rx.el.progress(
                    value=site.read.to_string(),
                    max=site.found.to_string(),
                    class_name="progress progress-primary mt-1.5 h-1.5 w-full max-w-80",
                    custom_attrs={"aria-label": f"Reading {site.url}"},
                ),
            ),
            class_name="min-w-0 grow basis-48",
        ),
        rx.match(
            site.state,
            ("done", pill("Read", "circle-check", "ok")),
            ("failed", pill("Failed", "circle-alert", "bad")),
            ("reading", pill("Reading", "clock", "warn")),
            pill("Waiting", "clock", "none"),
        ),
        rx.el.button(
            "Read again",
            type="button",
            on_click=state.read_again(site.id),
            disabled=site.state == "reading",
            class_name="btn btn-sm btn-outline",
        ),
        rx.el.button(
            icon("trash-2"),
            type="button",
            on_click=state.remove(site.id),
            class_name="btn btn-ghost btn-sm btn-square text-bad",
            custom_attrs={"aria-label": f"Remove {site.url} and its articles"},
        ),
        class_name="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3",
    )
