"""The frame of every staff page: navigation, who is signed in, and the door for those who may not enter."""

from typing import Any, Final

import reflex as rx

from handoff_app import live
from handoff_app.access.guard import agent_of, person_of
from handoff_app.access.sessions import way_in
from handoff_app.db import read, transact
from handoff_app.domain import agents, escalations, inbox, outbox, trouble
from handoff_app.pages.shared.parts import HIDDEN, face, icon, link, logo, switch_row
from handoff_app.pages.shared.tabs import tabs

ADMIN_PAGES: Final = ("/settings", "/knowledge", "/deliveries")


class StaffState(rx.State):
    """Who is signed in at this tab, and the counts beside the navigation."""

    name: str = ""
    initial: str = ""
    email: str = ""
    admin: bool = False
    inside: bool = False
    sign_in: str = ""
    waiting: int = 0
    failed: int = 0
    trouble: str = ""
    trouble_why: str = ""
    unheard: bool = False
    newest: str = ""
    preferences: dict[str, bool] = dict.fromkeys(agents.PREFERENCES, False)
    version: int = 0

    @rx.event
    async def enter(self) -> Any:
        """Every staff page begins here; a signed-out person is sent to sign in."""
        person = await person_of(self)
        if person is None:
            return rx.redirect(way_in(self.router.url.path), replace=True)
        self.name, self.email, self.initial = person.name, person.email, person.name[:1].upper()
        self.admin, self.inside, self.sign_in = person.is_admin, True, ""
        self.unheard = self.admin and await read(escalations.nobody_is_told)
        self.preferences = await read(agents.preferences, person.id)
        self.version += 1
        tabs.watch(self, [live.INBOX, live.STAFF, outbox.TOPIC], pause=2.0)
        await self._look()
        return None

    @rx.event
    async def prefer(self, name: str, on: bool) -> None:
        """One of the agent's own switches."""
        person = await agent_of(self)
        await transact(agents.prefer, person.id, str(name), bool(on))
        self.preferences = await read(agents.preferences, person.id)

    async def _look(self) -> None:
        if await person_of(self) is None:
            tabs.leave(self)
            self.inside, self.sign_in = False, way_in(self.router.url.path)
            return
        tally = await live.hub.once(live.INBOX, "tally", lambda: read(inbox.tally))
        found = await live.hub.once(outbox.TOPIC, "trouble", lambda: read(trouble.of))
        newest = await live.hub.once(live.INBOX, "newest", lambda: read(inbox.newest))
        now = inbox.counts(tally, "")["waiting"], newest, found.failed, _in_words(found), found.last
        if now != (self.waiting, self.newest, self.failed, self.trouble, self.trouble_why):
            self.waiting, self.newest, self.failed, self.trouble, self.trouble_why = now


def _in_words(found: trouble.Trouble) -> str:
    if found.failed:
        return "One notice could not be delivered." if found.failed == 1 else f"{found.failed} notices failed."
    if found.retrying:
        one = "One notice does not arrive and is" if found.retrying == 1 else f"{found.retrying} notices are"
        return f"{one} being tried again."
    return ""


def frame(active: str, *content: rx.Component, admins_only: bool = False) -> rx.Component:
    """`content` beside the navigation; an agent on an admin page reads that it is for admins."""
    inside = rx.cond(StaffState.admin, rx.fragment(*content), _admins_only()) if admins_only else rx.fragment(*content)
    return rx.el.div(
        _side(active),
        rx.el.div(
            rx.cond(StaffState.inside, inside, rx.cond(StaffState.sign_in != "", _signed_out(), _loading())),
            class_name="flex min-h-0 min-w-0 grow flex-col pb-14 lg:pb-0",
        ),
        _dock(active),
        class_name="flex h-dvh overflow-hidden staff bg-base-100 text-base-content antialiased",
    )


_PLACES: Final = (
    ("/inbox", "Inbox", "inbox", False),
    ("/knowledge", "Knowledge", "book-open", True),
    ("/insights", "Insights", "chart-column", False),
    ("/deliveries", "Deliveries", "send", True),
    ("/settings/escalations", "Settings", "settings-2", True),
)


def _side(active: str) -> rx.Component:
    return rx.el.nav(
        link(logo(), "Handoff", href="/inbox", class_name="flex h-10 items-center gap-2.5 px-1.5 font-semibold"),
        rx.el.ul(*(_place(active, *place) for place in _PLACES), class_name="mt-4 flex flex-col gap-0.5"),
        _account("side", "mt-auto", "bottom-full start-0 mb-1"),
        class_name="hidden w-52 shrink-0 flex-col border-e border-line bg-side p-3 lg:flex",
        custom_attrs={"aria-label": "Main"},
    )


def _account(prefix: str, class_name: str, where: str) -> rx.Component:
    """Who is signed in; opens the agent's own switches."""
    return rx.el.details(
        rx.el.summary(
            face(StaffState.initial, tone="bg-(--p1) text-(--p1-ink)"),
            rx.el.span(
                rx.el.b(StaffState.name, class_name="block truncate font-medium"),
                rx.el.span(
                    rx.cond(StaffState.preferences["away"], "Away", rx.cond(StaffState.admin, "Admin", "Agent")),
                    class_name="text-xs text-muted",
                ),
                class_name="min-w-0 grow text-sm/4 max-lg:sr-only",
            ),
            icon("chevrons-up-down", "size-4 shrink-0 text-muted max-lg:hidden"),
            class_name="flex h-12 cursor-pointer list-none items-center gap-2.5 rounded-lg px-1.5 hover:bg-base-200",
            custom_attrs={"aria-label": "Your account"},
        ),
        rx.el.div(
            _preference(prefix, "away", "Away", "Round robin passes you over."),
            _preference(prefix, "notify", "Browser notifications", "When somebody asks for a human."),
            rx.el.p(
                "Your browser blocks notifications from this site.",
                hidden=True,
                custom_attrs={"data-notify-blocked": "1"},
                class_name="-mt-2 text-[13px]/5 text-warn",
            ),
            _preference(prefix, "sound", "Sound", "A short tone with it."),
            rx.el.form(
                rx.el.p(custom_attrs={"data-error-for": "none"}, class_name="hidden"),
                rx.el.button(
                    icon("log-out"), "Sign out", type="submit", class_name="btn btn-ghost btn-sm -ms-3 text-muted"
                ),
                custom_attrs={"data-post": "/api/auth/sign-out"},
            ),
            class_name=f"absolute {where} z-30 flex w-72 flex-col gap-3 rounded-box border border-line bg-base-100 p-4 "
            "shadow-pop",
        ),
        class_name=f"relative {class_name}",
        custom_attrs={
            "data-alerts": "1",
            "data-popup": "1",
            "data-waiting": StaffState.waiting.to_string(),
            "data-newest": StaffState.newest,
            "data-notify": rx.cond(StaffState.preferences["notify"], "1", ""),
            "data-sound": rx.cond(StaffState.preferences["sound"], "1", ""),
        },
    )


def _preference(prefix: str, name: str, label: str, help: str) -> rx.Component:
    return switch_row(
        f"{prefix}-{name}",
        label,
        help,
        StaffState.preferences[name],
        lambda on: StaffState.prefer(name, on),
        False,
        StaffState.version,
    )


def _place(active: str, href: str, label: str, name: str, admins: bool) -> rx.Component:
    here = href == active
    entry = rx.el.li(
        link(
            icon(name),
            label,
            _badge(label),
            href=href,
            class_name="flex h-8 items-center gap-2.5 rounded-lg px-2.5 text-sm "
            + ("bg-base-300/70 font-medium" if here else "text-muted hover:bg-base-200"),
            custom_attrs={"aria-current": "page"} if here else {},
        )
    )
    return rx.cond(StaffState.admin, entry) if admins else entry


def _badge(label: str) -> rx.Component:
    if label == "Inbox":
        return rx.cond(
            StaffState.waiting > 0, rx.el.span(StaffState.waiting, class_name="ms-auto text-xs tabular-nums")
        )
    if label == "Deliveries":
        return rx.cond(
            StaffState.failed > 0,
            rx.el.span(f"{StaffState.failed} failed", class_name="ms-auto text-xs font-medium text-bad"),
        )
    return rx.fragment()


def _dock(active: str) -> rx.Component:
    def place(href: str, label: str, name: str, admins: bool) -> rx.Component:
        tone = "text-ink font-medium" if href == active else "text-muted"
        entry = link(
            icon(name, "size-5 shrink-0"),
            rx.el.span(label, class_name="text-xs"),
            href=href,
            class_name=f"flex grow flex-col items-center justify-center gap-0.5 {tone}",
            custom_attrs={"aria-current": "page"} if href == active else {},
        )
        return rx.cond(StaffState.admin, entry) if admins else entry

    return rx.el.nav(
        *(place(*one) for one in _PLACES),
        _account("dock", "flex items-center justify-center px-3", "bottom-full end-2 mb-2"),
        class_name="fixed inset-x-0 bottom-0 z-20 flex h-14 border-t border-line bg-base-100 lg:hidden",
        custom_attrs={"aria-label": "Main"},
    )


def _loading() -> rx.Component:
    return rx.el.div(
        rx.el.span(class_name="loading loading-spinner text-muted", custom_attrs=HIDDEN),
        rx.el.span("Loading", class_name="sr-only"),
        role="status",
        class_name="grid grow place-items-center",
    )


def _admins_only() -> rx.Component:
    return _instead(
        "Admins only",
        "This page changes how Handoff works for everyone. Ask an admin of your team.",
        link("Back to the inbox", href="/inbox", class_name="btn btn-outline mt-2"),
    )


def _signed_out() -> rx.Component:
    """A whole new page, so that the tab comes back as whoever signs in."""
    return _instead(
        "You are signed out",
        "What you wrote is kept in this browser until you sign in again.",
        rx.el.a("Sign in", href=StaffState.sign_in, class_name="btn btn-primary mt-2"),
    )


def _instead(title: str, sentence: str, way: rx.Component) -> rx.Component:
    return rx.el.main(
        rx.el.span(
            icon("lock", "size-6 shrink-0"), class_name="grid size-14 place-items-center rounded-2xl bg-base-200"
        ),
        rx.el.h1(title, class_name="text-base font-semibold"),
        rx.el.p(sentence, class_name="max-w-80 text-sm/5.5 text-muted"),
        way,
        class_name="flex grow flex-col items-center justify-center gap-3 p-8 text-center",
    )
