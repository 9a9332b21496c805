"""Sign in, and the first admin. Plain forms over HTTP; no State is involved."""

import reflex as rx

from handoff_app.pages.shared.parts import logo


def login() -> rx.Component:
    """The page `/login`."""
    return _page(
        "Sign in",
        "Answer visitors, and set Handoff up.",
        "/api/auth/sign-in",
        _field("email", "Email", "email", "username"),
        _field("password", "Password", "password", "current-password"),
        submit="Sign in",
    )


def setup() -> rx.Component:
    """The page `/setup`."""
    return _page(
        "Set up Handoff",
        "You become the first admin. The token was printed when Handoff started.",
        "/api/auth/setup",
        _field("token", "Setup token", "text", "off"),
        _field("name", "Name", "text", "name"),
        _field("email", "Email", "email", "username"),
        _field("password", "Password", "password", "new-password", "At least 10 characters."),
        submit="Create admin",
    )


def _page(title: str, sentence: str, post: str, *fields: rx.Component, submit: str) -> rx.Component:
    return rx.el.main(
        rx.el.div(
            rx.el.div(logo(), "Handoff", class_name="flex items-center gap-2.5 font-semibold"),
            rx.el.div(
                rx.el.h1(title, class_name="text-xl font-semibold"),
                rx.el.p(sentence, class_name="mt-1 text-sm/5.5 text-muted"),
                rx.el.form(
                    *fields,
                    rx.el.button(submit, type="submit", class_name="btn btn-primary mt-2 w-full"),
                    custom_attrs={"data-post": post},
                    method="post",
                    no_validate=True,
                    class_name="mt-5 flex flex-col gap-4",
                ),
                class_name="mt-6 rounded-box border border-line bg-base-100 p-6",
            ),
            class_name="w-full max-w-90",
        ),
        class_name="flex min-h-dvh items-center justify-center bg-side p-5 staff text-base-content antialiased",
    )


def _field(name: str, label: str, type: str, complete: str, help: str = "") -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=name, class_name="mb-1 block text-[13px] font-medium"),
        rx.el.input(
            id=name,
            name=name,
            type=type,
            auto_complete=complete,
            class_name="input w-full",
            custom_attrs={"aria-describedby": f"{name}-error"},
        ),
        rx.el.p(
            id=f"{name}-error",
            role="alert",
            class_name="mt-1.5 text-[13px]/5 text-bad empty:hidden",
            custom_attrs={"data-error-for": name},
        ),
        rx.el.p(help, class_name="mt-1.5 text-[13px]/5 text-muted") if help else rx.fragment(),
    )
