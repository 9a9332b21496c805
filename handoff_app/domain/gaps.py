"""Questions that the AI left open, or answered wrongly: what the next article should be about."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, insert
from sqlmodel import Session, col, select, update

from handoff_app import live
from handoff_app.domain import knowledge, past
from handoff_app.domain.models import Article, Author, Conversation, Gap, Message, Visitor, new_id, now
from handoff_app.domain.prepared import Prepared

KEPT_FOR: Final = timedelta(days=30)
MOST: Final = 500
SHORTEST: Final = 3  # letters of a question that is worth a line


@dataclass(frozen=True)
class Open:
    """One question without an answer; `reply` is what an agent said to it, `by` that agent's name."""

    id: str
    text: str
    why: str
    reply: str
    by: str


def note(session: Session, conversation_id: str, why: str, before: int | None = None, skip: int = 0) -> None:
    """Keep the visitor's latest question (before `before`, or the one `skip` messages earlier), once.

    `why`: unsure, escalated or wrong.
    """
    asked = _ASKED.first(session, of=conversation_id, before=before or 1 << 30, skip=skip)
    if asked is not None:
        _keep(session, conversation_id, asked.seq, asked.text, why)


def note_beside(session: Session, conversation_id: str, text: str) -> None:
    """Keep what the visitor's latest message asks beside the human that it asks for."""
    asked = _ASKED.first(session, of=conversation_id, before=1 << 30, skip=0)
    if asked is not None:
        _keep(session, conversation_id, asked.seq, text, "escalated")


def wrong(session: Session, conversation_id: str, seq: int) -> bool:
    """The visitor says that this answer of the AI's is wrong. False if there is no such answer, or it was said."""
    marked = session.exec(
        update(Message)
        .where(col(Message.conversation_id) == conversation_id, col(Message.seq) == seq)
        .where(col(Message.author) == Author.AI, col(Message.wrong).is_(False))
        .values(wrong=True)
    )
    if marked.rowcount == 0:
        return False
    note(session, conversation_id, "wrong", before=seq)
    return True


def every(session: Session) -> list[Open]:
    """What is open of the last 30 days, the newest first."""
    query = select(Gap).where(col(Gap.closed_at).is_(None), Gap.created_at > now() - KEPT_FOR)
    found = session.exec(query.order_by(col(Gap.created_at).desc()).limit(MOST)).all()
    replies = _replies(session, found)
    return [Open(gap.id, gap.text, gap.why, *replies.get(gap.id, ("", ""))) for gap in found]


def close(session: Session, ids: Sequence[str]) -> None:
    """They are answered by an article now, or need none."""
    session.exec(update(Gap).where(col(Gap.id).in_(ids), col(Gap.closed_at).is_(None)).values(closed_at=now()))
    live.announce(knowledge.TOPIC)


def teach(session: Session, ids: Sequence[str], reply: str) -> Article:
    """Make an article of an agent's reply, asked for in the visitors' own words. Raises `BadValue`.

    One that may tell something of a visitor is switched off until somebody has read it.
    """
    asked = session.exec(select(Gap.text).where(col(Gap.id).in_(ids)).order_by(col(Gap.created_at))).all()
    wanted, names = draft(asked, reply), _names(session, ids)
    close(session, ids)
    private = any(past.personal(text, names) for text in (wanted.title, wanted.phrasings, wanted.text))
    return knowledge.save(session, wanted, **({"enabled": False} if private else {}))


def answered(session: Session, conversation_id: str) -> None:
    """An agent has said something: it may be the answer to what is open there."""
    if _OPEN.first(session, of=conversation_id) is not None:
        live.announce(knowledge.TOPIC)


def _names(session: Session, ids: Sequence[str]) -> frozenset[str]:
    """The words of the names and addresses of who asked."""
    asking = select(Conversation.visitor_id).join(Gap, col(Gap.conversation_id) == Conversation.id)
    people = session.exec(select(Visitor).where(col(Visitor.id).in_(asking.where(col(Gap.id).in_(ids))))).all()
    return frozenset(word for one in people for word in past.names(one.name, one.email))


def draft(asked: Sequence[str], reply: str = "") -> knowledge.Draft:
    """An article to be, from the questions that want it: the shortest is its title, all are its phrasings."""
    texts = [" ".join(text.split())[: knowledge.LONGEST_PHRASING] for text in dict.fromkeys(asked)]
    title = min(texts, key=len, default="")[: knowledge.LONGEST_TITLE]
    phrasings = [text for text in texts if text != title][: knowledge.MOST_PHRASINGS]
    return knowledge.Draft(title=title, text=reply, phrasings="\n".join(phrasings))


def _replies(session: Session, gaps: Sequence[Gap]) -> dict[str, tuple[str, str]]:
    """For each gap the longest thing that an agent said after it, and before the next gap that has a reply of its own:
    greetings are shorter than answers. Of several that were asked before, the one that shares words with it has it."""
    chats = {gap.conversation_id for gap in gaps}
    query = select(Message).where(col(Message.conversation_id).in_(chats), Message.author == Author.AGENT)
    said = session.exec(query.order_by(col(Message.seq))).all() if chats else []
    found = {}
    for asked in _asked_together(gaps, said):
        after = [m for m in said if m.conversation_id == asked[0].conversation_id and m.seq > asked[0].seq]
        later = [g.seq for g in gaps if g.conversation_id == asked[0].conversation_id and g.seq > after[0].seq]
        best = max((m for m in after if m.seq < min(later, default=m.seq + 1)), key=lambda m: len(m.text))
        meant = max(asked, key=lambda gap: _shared(gap.text, best.text))
        if len(asked) == 1 or _shared(meant.text, best.text):
            found[meant.id] = best.text, best.name
    return found


def _asked_together(gaps: Sequence[Gap], said: Sequence[Message]) -> Iterable[list[Gap]]:
    """The gaps of one chat after which the same reply came first; those without a reply are left out."""
    groups: dict[str, list[Gap]] = {}
    for gap in gaps:
        first = next((m.id for m in said if m.conversation_id == gap.conversation_id and m.seq > gap.seq), None)
        if first is not None:
            groups.setdefault(first, []).append(gap)
    return groups.values()


def _shared(text: str, other: str) -> int:
    """How many longer words both have."""
    mine, theirs = (set(re.findall(r"\w{4,}", each.casefold())) for each in (text, other))
    return len(mine & theirs)


def _keep(session: Session, conversation_id: str, seq: int, text: str, why: str) -> None:
    if sum(map(str.isalpha, text)) < SHORTEST or _KNOWN.first(session, of=conversation_id, at=seq) is not None:
        return
    row = {"id": new_id(), "conversation_id": conversation_id, "seq": seq, "text": text[:500]}
    _INSERT.all(session, **row, why=why, created_at=now(), closed_at=None)
    live.announce(knowledge.TOPIC)


# Built once: a gap may be noted with every answer and every escalation.
_ASKED: Final = Prepared(
    select(Message.seq, Message.text)
    .where(Message.conversation_id == bindparam("of"), Message.author == Author.VISITOR)
    .where(Message.seq < bindparam("before"))
    .order_by(col(Message.seq).desc())
    .limit(1)
    .offset(bindparam("skip"))
)
_KNOWN: Final = Prepared(select(Gap.id).where(Gap.conversation_id == bindparam("of"), Gap.seq == bindparam("at")))
_OPEN: Final = Prepared(
    select(Gap.id).where(Gap.conversation_id == bindparam("of"), col(Gap.closed_at).is_(None)).limit(1)
)
_INSERT: Final = Prepared(insert(Gap.__table__), Gap.__table__.columns.keys())  # type: ignore[attr-defined]
