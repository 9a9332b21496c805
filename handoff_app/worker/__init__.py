"""Loops of one shape over due rows: answer, deliver, see to those who wait, bring replies in, read websites, tidy."""

from handoff_app.worker.loops import Worker
from handoff_app.worker.tasks import finish

__all__ = ["Worker", "finish"]
