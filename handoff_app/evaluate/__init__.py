"""`handoff eval`: measures the AI on labelled files. It needs no database, no data directory and no network."""


class BadLine(ValueError):
    """A file or a line of it cannot be used; the message names it."""
