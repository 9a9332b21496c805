"""How the help for agents looks: the summary, the suggested reply, what was translated. No visitor sees any of it."""

from typing import Any

import reflex as rx

from handoff_app.pages.shared.parts import icon


def summary_above(card: Any, aide: Any) -> rx.Component:
    """Above the thread where there is no room for the panel; closed, so that it takes one line."""
    return rx.cond(
        aide.summary != "",
        rx.el.details(
            rx.el.summary("Summary", class_name="cursor-pointer py-2 font-medium text-muted pointer-coarse:py-3"),
            rx.el.p(aide.summary, dir="auto", class_name="whitespace-pre-line break-words"),
            summary_source(card, aide),
            class_name="max-h-[40%] shrink-0 overflow-y-auto border-b border-line bg-side px-5 text-[13px]/5 "
            "open:pb-3 xl:hidden",
        ),
    )


def summary_source(card: Any, aide: Any) -> rx.Component:
    """Whose words a summary is made of."""
    return rx.el.p(
        rx.cond(aide.by_model, "Written by the AI", f"In {card.name}’s own words"),
        class_name="mt-1.5 text-xs text-muted",
    )


def suggested_reply(aide: Any) -> rx.Component:
    """A reply to start from. `Insert` puts it below what is typed; it never sends."""
    return rx.cond(
        aide.suggestion != "",
        rx.el.section(
            icon("list-start", "size-4 shrink-0 text-ink"),
            rx.el.p(
                rx.el.b("Suggested reply", class_name="font-medium"),
                rx.el.span(" from ", aide.source, class_name="text-muted"),
                class_name="line-clamp-2 min-w-0 grow basis-0",
                title=aide.source,
            ),
            rx.el.button(
                "Insert",
                type="button",
                on_click=aide.dismiss,
                class_name="btn btn-outline btn-sm",
                custom_attrs={"data-insert": aide.suggestion},
            ),
            rx.el.button(
                icon("x"),
                type="button",
                on_click=aide.dismiss,
                class_name="btn btn-ghost btn-square btn-sm",
                custom_attrs={"aria-label": "Dismiss"},
            ),
            rx.el.p(
                aide.suggestion,
                dir="auto",
                tab_index=0,
                class_name="max-h-25 basis-full overflow-y-auto whitespace-pre-wrap break-words pe-2 ps-6.5",
            ),
            class_name="mb-3 flex flex-wrap items-center gap-x-2.5 gap-y-1 rounded-box border border-line bg-side "
            "p-2.5 text-[13px]/5",
            custom_attrs={"aria-label": "Suggested reply"},
        ),
    )


def translate_switch(aide: Any) -> rx.Component:
    """Shows the visitor's messages in English too."""
    return rx.cond(
        aide.can_translate,
        rx.el.button(
            icon("languages"),
            type="button",
            on_click=aide.switch,
            title=f"Translate {aide.language}",
            class_name=rx.cond(
                aide.translating, "btn btn-square btn-sm bg-soft text-ink", "btn btn-ghost btn-square btn-sm"
            ),
            custom_attrs={
                "aria-label": f"Translate {aide.language}",
                "aria-pressed": rx.cond(aide.translating, "true", "false"),
            },
        ),
    )


def translation(line: Any, aide: Any) -> rx.Component:
    """Below the visitor's own words, once it is there."""
    seq = line.seq.to_string()
    return rx.cond(
        aide.translations.contains(seq),
        rx.cond(
            aide.translations[seq] != "",
            rx.el.div(
                rx.el.p("Translated", class_name="text-xs text-muted"),
                rx.el.p(aide.translations[seq], lang="en", class_name="whitespace-pre-wrap break-words text-sm/5.5"),
                class_name="border-s-2 border-line ps-3",
            ),
            rx.el.p("Could not be translated", class_name="text-xs text-muted"),
        ),
    )


def translate_draft(aide: Any) -> rx.Component:
    """Turns the draft into the visitor's language, to be read before it is sent."""
    return rx.cond(
        aide.can_translate,
        rx.el.button(
            rx.cond(aide.busy, "Translating…", "Translate"),
            type="button",
            on_click=rx.call_script("window.handoffDraft()", callback=aide.translate),
            class_name="btn btn-ghost btn-sm",
            custom_attrs={"aria-label": f"Translate into {aide.language}"},
        ),
    )
