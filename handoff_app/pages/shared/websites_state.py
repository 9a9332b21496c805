"""The websites from which articles are read."""

from typing import Any

import reflex as rx
from sqlmodel import Session

from handoff_app import net
from handoff_app.db import read, transact
from handoff_app.domain import knowledge, settings, sources
from handoff_app.domain.models import Reading, Source, stamp
from handoff_app.pages.shared.tabs import tabs
from handoff_app.pages.shared.websites_view import Site
from handoff_app.reading.web import MOST_PAGES


class WebsitesState(rx.State):
    """The list, and the form that adds one."""

    sites: list[Site] = []
    shown: bool = False
    site: dict[str, str] = {"url": "", "kind": "site", "every": "168"}
    error: str = ""
    status: str = ""

    @rx.event
    async def open(self) -> None:
        """Show how far each is, and keep it moving."""
        tabs.watch(self, [knowledge.TOPIC], pause=0.5)
        self.shown, self.error, self.status = False, "", ""
        await self._look()

    @rx.event
    async def show(self) -> Any:
        """`Read a website`, or close that again."""
        self.shown, self.error = not self.shown, ""
        return rx.set_focus("site-url") if self.shown else None

    @rx.event
    async def add(self, form: dict[str, Any]) -> Any:
        """Check the address, then let the worker read; what was typed stays."""
        self.site = {name: str(form.get(name, ""))[:2000].strip() for name in self.site}
        try:
            typed = self.site["url"]
            url = net.check_url(f"https://{typed}" if "." in typed and "://" not in typed else typed)
            hours = int(self.site["every"]) if self.site["every"].isdecimal() else -1
            await transact(_add_site, url, self.site["kind"], hours)
        except (net.Refused, settings.BadValue) as error:
            self.error = str(error)
            return rx.set_focus("site-url")
        self.site, self.error, self.shown = {**self.site, "url": ""}, "", False
        return None

    @rx.event
    async def read_again(self, id: str) -> None:
        """`Read again`."""
        await transact(sources.read_again, str(id))

    @rx.event
    async def bring_back(self, id: str) -> None:
        """`Bring back`: what was deleted here is read again, too."""
        await transact(sources.bring_back, str(id))

    @rx.event
    async def remove(self, id: str) -> None:
        """Forget the website and what was read from it."""
        await transact(sources.remove, str(id))
        self.status = "The website and its articles are gone."

    async def _look(self) -> None:
        found = await read(_sites)
        if found != self.sites:
            self.sites = found


def _sites(session: Session) -> list[Site]:
    return [_site(source) for source in sources.every(session)]


def _site(source: Source) -> Site:
    """In words how far it is, and what comes next."""
    pages = f"{source.read} page{'' if source.read == 1 else 's'}"
    match source.state:
        case Reading.WAITING:
            told = "Waits for its turn"
        case Reading.READING:
            told = f"{pages} read, {source.found} addresses found"
        case Reading.DONE:
            again = f", again {stamp(source.due_at)}" if source.due_at else ""
            most = " (the most that are read)" if source.read >= MOST_PAGES else ""
            told = f"{pages}{most}, read {stamp(source.read_at) if source.read_at else ''}{again}"
        case _:
            told = "Nothing could be read"
    trouble = f"{source.failed} could not be read: {source.said}" if source.failed else ""
    if source.state == Reading.FAILED:
        trouble = source.said
    seen = source.read, max(source.found, 1), len(source.left_out)
    return Site(source.id, source.url, source.state, told, trouble, *seen)


def _add_site(session: Session, url: str, kind: str, every_hours: int) -> None:
    sources.add(session, url, kind, every_hours)
