"""Statements that run for every message: compiled once, then handed straight to the driver.

SQLAlchemy walks through a whole statement at each execution to find its SQL, which takes several times as long as the
database itself; for everything that is not said in a chat that is a good price, and those statements stay with it.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import Connection, Dialect, Insert
from sqlmodel import Session

Convert = Callable[[Any], Any]


class Prepared:
    """One statement; `keys` are the columns that an INSERT gives. Errors are the driver's own."""

    def __init__(self, statement: Any, keys: Iterable[str] = ()) -> None:
        self._statement, self._keys = statement, list(keys)
        self._compiled: dict[str, _Compiled] = {}

    def all(self, session: Session, **values: Any) -> list[Any]:
        """The rows, with their columns as attributes; none if the statement returns none."""
        return self._for(connection := session.connection()).run(connection, values)

    def first(self, session: Session, **values: Any) -> Any | None:
        """The first row, if there is one."""
        return next(iter(self.all(session, **values)), None)

    def _for(self, connection: Connection) -> "_Compiled":
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _Compiled(self._statement, self._keys, dialect)
        return self._compiled[dialect.name]


class _Compiled:
    def __init__(self, statement: Any, keys: list[str], dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=keys or None)
        self._sql, self._dialect = compiled.string, dialect
        self._order: list[str] | None = compiled.positiontup
        self._constants = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        processors = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in compiled.binds.items()
        }
        self._given = {name: convert for name, convert in processors.items() if convert}
        self._columns = [] if isinstance(statement, Insert) else list(statement.exported_columns)
        self._row: Any = namedtuple("row", [column.key for column in self._columns])  # type: ignore[misc]
        self._found: list[tuple[int, Convert]] | None = None

    def run(self, connection: Connection, values: dict[str, Any]) -> list[Any]:
        values = self._constants | values
        for name, convert in self._given.items():
            values[name] = convert(values[name])
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._sql, values if self._order is None else [values[name] for name in self._order])
            return [self._made(row, cursor.description) for row in cursor.fetchall()] if self._columns else []
        finally:
            cursor.close()

    def _made(self, found: Any, description: Any) -> Any:
        if self._found is None:  # only now the driver has said of which types they are
            self._found = self._processors([column[1] for column in description])
        row = list(found)
        for at, convert in self._found:
            row[at] = convert(row[at])
        return self._row(*row)

    def _processors(self, types: list[Any]) -> list[tuple[int, Convert]]:
        impls = [column.type.dialect_impl(self._dialect) for column in self._columns]
        made = [impl.result_processor(self._dialect, kind) for impl, kind in zip(impls, types, strict=True)]
        return [(at, convert) for at, convert in enumerate(made) if convert]
