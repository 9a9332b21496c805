"""What somebody typed, looked for in columns."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import col, or_

LONGEST = 100


def holding(sought: str, *fields: Any) -> ColumnElement[bool]:
    """Rows of which one of the fields holds what was typed, sign by sign, in either case."""
    taken = sought.strip()[:LONGEST].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return or_(*(col(field).ilike(f"%{taken}%", escape="\\") for field in fields))
