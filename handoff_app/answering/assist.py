"""What the model does for agents: a summary of a conversation, and a translation. Both raise `NoAnswer`."""

from collections.abc import Sequence
from typing import Final

from handoff_app.answering import links, prompt, reply
from handoff_app.answering.base import Turn
from handoff_app.answering.llm import Llm, NoAnswer

SECONDS: Final = 20.0
MOST_TURNS: Final = 40
LONGEST: Final = 12_000

_SUMMARY: Final = """\
You tell a colleague of the support team, who takes this chat over, what it is about: what the visitor wants, what was \
already said or tried, and what is open. At most five short sentences of plain text in the language %s. Add nothing \
that is not in the chat."""
_TRANSLATION: Final = """\
You translate a chat message into the language %s. Reply with the translation alone, in plain text: no notes, no \
quotation marks. Keep names, numbers and addresses as they are. A message in that language already stays as it is."""


async def summarise(llm: Llm, turns: Sequence[Turn], locale: str = "en", seconds: float = SECONDS) -> str:
    """The conversation in a few sentences of the language `locale`, for the agent who takes it over."""
    latest = turns[-MOST_TURNS:]
    told = "\n".join(prompt.fenced(turn.author, turn.text, prompt.LONGEST_TURN) for turn in latest)
    return await _done(llm, _SUMMARY % locale, told, [turn.text for turn in latest], seconds)


async def translate(llm: Llm, text: str, locale: str, seconds: float = SECONDS) -> str:
    """The text in the language `locale`."""
    return await _done(llm, _TRANSLATION % locale, prompt.fenced("message", text, LONGEST), [text], seconds)


async def _done(llm: Llm, rules: str, told: str, texts: Sequence[str], seconds: float) -> str:
    """The model's words, with no address but those that it was given."""
    written = await llm.reply(prompt.task(rules, told), seconds)
    said = reply.plain(reply.without_thought(written), links.found(texts))
    if not said:
        raise NoAnswer("answered nothing", wait=None)
    return said
