"""What the AI may answer from: articles, and the questions without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import reflex as rx
from sqlmodel import Session

from handoff_app.answering import groups
from handoff_app.answering.library import library
from handoff_app.db import read, transact
from handoff_app.domain import gaps, knowledge, removed, settings
from handoff_app.domain.knowledge import WINDOW, Draft, Shown
from handoff_app.domain.removed import Removed
from handoff_app.pages.shared.bench_state import BenchState
from handoff_app.pages.shared.knowledge_view import Group, knowledge_view
from handoff_app.pages.shared.tabs import tabs
from handoff_app.pages.shared.websites_state import WebsitesState

FIELDS: Final = ("title", "text", "phrasings", "url")
SHOWN_GROUPS: Final = 5


@dataclass(frozen=True)
class Listed:
    """What the page shows of the articles."""

    rows: list[Shown]
    total: int
    demo: bool


class KnowledgeState(rx.State):
    """Articles and open questions, and the article that is open."""

    rows: list[Shown] = []
    total: int = 0
    sought: str = ""
    skip: int = 0
    demo: bool = False
    listed: bool = False
    groups: list[Group] = []
    more_groups: int = 0
    every_group: bool = False
    editing: str = ""
    draft: Draft = Draft()
    version: int = 0
    errors: dict[str, str] = dict.fromkeys(FIELDS, "")
    status: str = ""
    undoable: bool = False

    _gaps: list[str] = []
    _removed: Removed = Removed()

    @rx.event
    async def open(self) -> None:
        """Show what is known, and keep it moving while files and websites are read."""
        tabs.watch(self, [knowledge.TOPIC], pause=0.5)
        self.editing, self.status, self.skip, self.undoable = "", "", 0, False
        await self._look()
        self.listed = True

    @rx.event
    async def search(self, form: dict[str, Any]) -> None:
        """By title, text or address."""
        self.sought, self.skip = str(form.get("search", ""))[:100], 0
        await self._list()

    @rx.event
    async def turn(self, pages: int) -> None:
        """Further ones (1) or back (-1)."""
        self.skip = max(0, self.skip + (WINDOW if int(pages) > 0 else -WINDOW))
        await self._list()

    @rx.event
    async def new(self) -> Any:
        """`New article`."""
        return self._edit("new", Draft())

    @rx.event
    async def edit(self, id: str) -> Any:
        """Open an article."""
        found = await read(knowledge.draft, str(id))
        return self._edit(found.id or "new", found)

    @rx.event
    async def cancel(self) -> None:
        """Close the article; what is saved stays."""
        self.editing, self._gaps = "", []

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Save all of it or nothing; what was typed stays where it is."""
        values = {name: str(form.get(name, "")) for name in FIELDS}
        self.errors = dict.fromkeys(FIELDS, "")
        try:
            await transact(_save, Draft(self.draft.id, **values), self._gaps)
        except settings.BadValue as error:
            self.errors = self.errors | {error.field: str(error)}
            return rx.set_focus(f"article-{error.field}")
        self.status, self.editing, self._gaps = "Saved. The AI answers from it now.", "", []
        self.undoable = False
        return None

    @rx.event
    async def remove(self) -> None:
        """`Delete` the open article; `Undo` brings it back."""
        self._removed = await transact(removed.article, self.draft.id)
        self.status, self.editing, self.undoable = f"“{self.draft.title}” is deleted.", "", True

    @rx.event
    async def switch(self, id: str, on: bool) -> None:
        """Whether the AI may use it."""
        await transact(knowledge.switch, str(id), bool(on))

    @rx.event
    async def remove_demo(self) -> None:
        """`Remove the sample shop`; `Undo` brings it back."""
        self._removed = await transact(removed.demo)
        self.status, self.undoable = "The sample shop is gone.", True

    @rx.event
    async def undo(self) -> None:
        """Put back what was deleted last."""
        await transact(removed.put_back, self._removed)
        self._removed, self.undoable = Removed(), False
        self.status = "It is back."

    @rx.event
    async def show_groups(self) -> None:
        """All of them, or the largest again."""
        self.every_group = not self.every_group
        await self._group()

    @rx.event
    async def write_answer(self, ids: str) -> Any:
        """`Write answer`: an article with the visitors' own words as its phrasings."""
        open_ones = {gap.id: gap for gap in await read(gaps.every)}
        wanted = [id for id in str(ids).split() if id in open_ones]
        return self._edit("new", gaps.draft([open_ones[id].text for id in wanted]), closes=wanted)

    @rx.event
    async def use_reply(self, ids: str, reply: str) -> Any:
        """`Use …'s answer`: the reply becomes an article at once, and stands open to be mended."""
        try:
            made = await transact(gaps.teach, str(ids).split(), str(reply))
        except settings.BadValue as error:
            self.status, self.undoable = str(error), False
            return None
        self.undoable = False
        self.status = "Saved as an article. Read it once more: it was written to one visitor."
        if not made.enabled:
            self.status = "Saved, and switched off: it may hold a name, a number or an address. Mend it, switch it on."
        return self._edit(made.id, await read(knowledge.draft, made.id))

    @rx.event
    async def dismiss(self, ids: str) -> None:
        """These need no article."""
        await transact(gaps.close, str(ids).split())

    def _edit(self, editing: str, draft: Draft, closes: Sequence[str] = ()) -> Any:
        """Open an article that, once saved, answers the open questions `closes`."""
        self.editing, self.draft, self.errors = editing, draft, dict.fromkeys(FIELDS, "")
        self._gaps = list(closes)
        self.version += 1
        return rx.set_focus("article-title")

    async def _look(self) -> None:
        await self._list()
        await self._group()

    async def _list(self) -> None:
        listed = await read(_listed, self.sought, self.skip)
        for name in ("rows", "total", "demo"):
            if getattr(self, name) != getattr(listed, name):
                setattr(self, name, getattr(listed, name))

    async def _group(self) -> None:
        found = await _grouped(await read(gaps.every))
        shown = found if self.every_group else found[:SHOWN_GROUPS]
        if shown != self.groups:
            self.groups = shown
        self.more_groups = len(found)


OPENED: Final = [KnowledgeState.open, WebsitesState.open, BenchState.open]
"""What the page asks for when it opens."""


def knowledge_page() -> rx.Component:
    """The page `/knowledge`."""
    return knowledge_view(KnowledgeState, WebsitesState, BenchState)


def _listed(session: Session, sought: str, skip: int) -> Listed:
    return Listed(
        knowledge.rows(session, sought, skip),
        knowledge.count(session, sought),
        knowledge.demo(session),
    )


def _save(session: Session, wanted: Draft, closes: Sequence[str]) -> None:
    knowledge.save(session, wanted)
    if closes:
        gaps.close(session, closes)


async def _grouped(found: Sequence[gaps.Open]) -> list[Group]:
    """Open questions by meaning, the most asked first."""
    if not found:
        return []
    texts = [gap.text for gap in found]
    return [_group([found[at] for at in places]) for places in groups.grouped(texts, await library().vectors(texts))]


def _group(asked: Sequence[gaps.Open]) -> Group:
    texts = list(dict.fromkeys(gap.text for gap in asked))
    title = min(texts, key=len)
    others = [f"“{text[:80]}”" for text in texts if text != title][:2]
    best = max(asked, key=lambda gap: len(gap.reply))
    answered = sum(1 for gap in asked if gap.reply)
    said = [", ".join(others)] if others else []
    if any(gap.why == "wrong" for gap in asked):
        said.append("A visitor says that the answer was wrong")
    if answered:
        said.append(f"{best.by} answered {f'{answered} of them' if len(asked) > 1 else 'it'}")
    return Group(" ".join(gap.id for gap in asked), len(asked), title, ". ".join(said), best.reply, best.by)
