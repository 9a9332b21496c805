"""The messages of a chat in a tab: an older part that rarely changes, and a short tail, sent with every message."""

from collections.abc import Sequence
from typing import Final

import reflex as rx

from handoff_app import live
from handoff_app.domain.transcript import Line

TAIL: Final = 12
KEPT: Final = 4
DRAFT_SECONDS: Final = 0.1
"""Between two updates of an answer that grows: ten a second at most."""
HISTORY: Final = 40
"""How many older lines a tab holds unless its reader asks for more; the rest is one click away."""


class Thread(rx.State, mixin=True):
    """What the widget and the inbox both hold of a chat. Tuples: each line of a list would be watched for changes."""

    history: tuple[Line, ...] = ()
    tail: tuple[Line, ...] = ()
    more: bool = False
    draft: str = ""

    _seen: int = 0
    _looked_back: bool = False

    def _clear(self) -> None:
        self.history, self.tail, self.more, self._seen, self._looked_back = (), (), False, 0, False
        self.draft = ""

    def _grow(self, conversation: str, typing: bool) -> None:
        """Show what the AI has so far, unless somebody else has the conversation by now."""
        text = live.drafts.of(conversation)
        if typing and text and text != self.draft:
            self.draft = text

    def _ripen(self, conversation: str, typing: bool) -> None:
        """The draft goes in the step in which the message comes, so that nothing flickers between them."""
        if self.draft and (not typing or not live.drafts.of(conversation)):
            self.draft = ""

    def _add(self, lines: Sequence[Line]) -> None:
        """Append what is new. When the tail grows long its older part moves to the history, in one step."""
        new = [line for line in lines if line.seq > self._seen]
        if not new:
            return
        self._seen = new[-1].seq
        tail = (*self.tail, *new)
        if len(tail) > TAIL:
            self._move((*self.history, *tail[:-KEPT]))
            tail = tail[-KEPT:]
        elif not self.history and not self.tail:
            self.more = tail[0].seq > 1
        self.tail = tail

    def _move(self, history: tuple[Line, ...]) -> None:
        self.history = history if self._looked_back else history[-HISTORY:]
        self.more = self.history[0].seq > 1

    def _first(self) -> int:
        """The number of the oldest line that this tab holds."""
        held = self.history or self.tail
        return held[0].seq if held else 0

    def _prepend(self, found: list[Line]) -> None:
        """What the reader asked for."""
        self._looked_back = True
        self.history = (*found, *self.history)
        self.more = bool(found) and found[0].seq > 1
