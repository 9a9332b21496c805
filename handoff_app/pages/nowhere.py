"""What stands where no page is."""

import reflex as rx

from handoff_app.pages.shared.parts import link


def nowhere() -> rx.Component:
    """The page for every other address."""
    return rx.el.main(
        rx.el.div(
            rx.el.p("404", class_name="text-sm/6 font-medium text-muted tabular-nums"),
            rx.el.h1("There is no page here", class_name="mt-1 text-xl font-semibold"),
            rx.el.p("The address may be mistyped, or the page has moved.", class_name="mt-1 text-sm/5.5 text-muted"),
            link("To the first page", href="/", class_name="btn btn-primary btn-sm mt-5"),
            class_name="text-center",
        ),
        class_name="flex min-h-dvh items-center justify-center bg-side p-5 staff text-base-content antialiased",
    )
