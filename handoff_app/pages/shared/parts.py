"""The small parts that every page is built of, after the look's recipes."""

from typing import Any

import reflex as rx
from reflex_components_core.react_router.dom import ReactRouterLink

HIDDEN = {"aria-hidden": "true"}
ATTEND = {"data-attend": "1"}  # what is pressed to write next: chat.js moves the focus there
_ADDRESS = r"""/(https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]}»”])/"""  # without what ends a sentence


def icon(name: str, class_name: str = "size-4 shrink-0") -> rx.Component:
    """A lucide icon beside a word; a screen reader does not hear it."""
    return rx.icon(name, class_name=class_name, stroke_width=1.75, custom_attrs=HIDDEN)


def link(*children: Any, href: Any, **props: Any) -> rx.Component:
    """A link between our own pages: the socket stays, only the page changes."""
    return ReactRouterLink.create(*children, to=href, **props)


def plain_link(*children: Any, href: str, **props: Any) -> rx.Component:
    """A link to plain HTTP on this server: the router would take it for a page of ours, and not find it."""
    return rx.el.a(*children, href=href, custom_attrs={"reloadDocument": True}, **props)


def linked(text: rx.Var[str]) -> rx.Component:
    """A message's words, with the web addresses among them as links: split in the browser, every second part is one."""
    parts: rx.Var[list[str]] = rx.Var(f"{text!s}.split({_ADDRESS})", _var_type=list[str])
    return rx.foreach(parts, lambda part, at: rx.cond(at % 2 == 1, _leading(part), part))


def _leading(address: rx.Var[str]) -> rx.Component:
    return rx.el.a(address, href=address, target="_blank", rel="noopener noreferrer nofollow", class_name="underline")


def field_error(message: rx.Var[str] | str, id: str) -> rx.Component:
    """One sentence below a field that must change; empty means that nothing is wrong."""
    return rx.cond(
        message != "",
        rx.el.p(
            icon("circle-alert", "size-4 shrink-0 mt-0.5"),
            message,
            id=id,
            role="alert",
            class_name="mt-1.5 flex gap-1.5 text-[13px]/5 text-bad",
        ),
    )


def pill(text: rx.Var[str] | str, name: str, tone: str) -> rx.Component:
    """A state in a word, with its icon."""
    tones = {"ok": "bg-ok-soft text-ok", "warn": "bg-warn-soft text-warn", "bad": "bg-bad-soft text-bad"}
    return rx.el.span(
        icon(name, "size-3.5 shrink-0"),
        text,
        class_name="inline-flex h-6 items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap "
        + tones.get(tone, "bg-base-200 text-muted"),
    )


def face(initial: rx.Var[str] | str, size: str = "size-8 text-[13px]", tone: str = "bg-base-300") -> rx.Component:
    """A person's initial in a circle."""
    return rx.el.span(
        initial,
        class_name=f"grid {size} shrink-0 place-items-center rounded-full font-semibold {tone}",
        custom_attrs=HIDDEN,
    )


def logo() -> rx.Component:
    """Handoff's mark."""
    return rx.el.span(
        rx.el.svg(
            rx.el.path(d="M7 5v14M17 5v14M7 14.5l10-5"),
            view_box="0 0 24 24",
            fill="none",
            stroke="currentColor",
            stroke_width="2.6",
            stroke_linecap="round",
            class_name="size-4.5",
            custom_attrs=HIDDEN,
        ),
        class_name="grid size-7 place-items-center rounded-lg bg-primary text-primary-content",
    )


def switch_row(
    id: str,
    label: str,
    help: rx.Component | rx.Var[str] | str,
    checked: rx.Var[bool],
    on_change: Any,
    disabled: rx.Var[bool] | bool = False,
    version: rx.Var[int] | int = 0,
) -> rx.Component:
    """A switch with its label and a line of help. The browser moves it at once; a new `version` sets it anew."""
    return rx.el.div(
        rx.el.div(
            rx.el.label(label, html_for=id, class_name="cursor-pointer text-sm/6 font-medium"),
            rx.el.p(help, id=f"{id}-help", class_name="text-[13px]/5 text-muted"),
            class_name="min-w-0 grow",
        ),
        rx.el.input(
            type="checkbox",
            role="switch",
            id=id,
            default_checked=checked,
            key=f"{id}-{version}",
            on_change=on_change,
            disabled=disabled,
            class_name="toggle toggle-primary mt-1",
            custom_attrs={"aria-describedby": f"{id}-help"},
        ),
        class_name="flex items-start gap-4",
    )


def text_field(
    id: str,
    label: str,
    value: rx.Var[str],
    on_change: Any,
    error: rx.Var[str] | str,
    help: str = "",
    type: str = "text",
    placeholder: rx.Var[str] | str = "",
) -> rx.Component:
    """A labelled field with its help and its error."""
    return rx.el.div(
        rx.el.label(label, html_for=id, class_name="mb-1 block text-[13px] font-medium"),
        rx.el.input(
            id=id,
            type=type,
            value=value,
            on_change=on_change,
            placeholder=placeholder,
            auto_complete="off",
            class_name=rx.cond(error != "", "input input-error w-full", "input w-full"),
            custom_attrs={
                "aria-invalid": rx.cond(error != "", "true", "false"),
                "aria-describedby": f"{id}-error {id}-help",
            },
        ),
        field_error(error, f"{id}-error"),
        rx.el.p(help, id=f"{id}-help", class_name="mt-1.5 text-[13px]/5 text-muted") if help else rx.fragment(),
    )


def field_of(
    state: Any, name: str, label: str, help: str = "", type: str = "text", placeholder: Any = ""
) -> rx.Component:
    """A field of a form whose state holds `fields`, `errors` and `change`."""
    return text_field(
        name,
        label,
        state.fields[name],
        lambda value: state.change(name, value),
        state.errors[name],
        help,
        type,
        placeholder,
    )


def search_field(state: Any, label: str, placeholder: str, width: str) -> rx.Component:
    """What is typed is searched for with Enter."""
    return rx.el.form(
        rx.el.label(
            icon("search", "size-4 shrink-0 text-muted"),
            rx.el.input(
                type="search",
                name="search",
                placeholder=placeholder,
                custom_attrs={"aria-label": label},
            ),
            class_name=f"input input-sm w-full {width}",
        ),
        on_submit=state.search,
        class_name="ms-auto max-sm:w-full",
    )
