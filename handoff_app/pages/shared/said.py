"""A visitor's message as it comes from the browser, and what it asks for."""

from dataclasses import dataclass

from handoff_app.access import limits
from handoff_app.answering import intent
from handoff_app.answering.consent import consents
from handoff_app.answering.signals import refuses_human
from handoff_app.domain import conversations
from handoff_app.domain.models import Prompt, Reason


@dataclass(frozen=True)
class Said:
    """A message as it comes from the browser."""

    text: str
    client_id: str
    page_url: str
    address: str = ""
    prompt: Prompt = Prompt.NONE  # what the visitor who says this was asked last

    def wants_human(self) -> Reason | None:
        """Why it brings a human, if it does: it says yes to an offer, or asks for one in words.

        Raises `BadMessage` if too many did so from this network: then it goes back into the composer, and says why.
        """
        reason = self._reason()
        if reason and not limits.may_ask(self.address):
            raise conversations.BadMessage("widget.too_fast")
        return reason

    def _reason(self) -> Reason | None:
        if self.prompt == Prompt.OFFER and consents(self.text):
            return Reason.LOW_CONFIDENCE
        asks = intent.decide(self.text[: conversations.MOST_CHARACTERS]) is intent.Decision.ESCALATE
        return Reason.ASKED_FOR_HUMAN if asks else None

    def declines(self) -> bool:
        """Whether it says no, and nothing else, to what was asked."""
        return self.prompt != Prompt.NONE and consents(self.text) is False

    def takes_back(self) -> bool:
        """Whether a human was asked for, and is not wanted any more."""
        return self.prompt == Prompt.EMAIL and (self.declines() or refuses_human(self.text))

    def wants_answer(self) -> bool:
        """Whether there is something to answer: a mere no, or a taking back that asks nothing else, is not."""
        return not self.declines() and ("?" in self.text or not self.takes_back())
