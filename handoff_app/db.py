"""The engine, and `transact`: one domain verb in one transaction on a worker thread; commit; then ring the bells."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from handoff_app import live
from handoff_app.config import config

P = ParamSpec("P")
T = TypeVar("T")


class NotSaved(Exception):
    """The database took nothing: its disk is full, somebody else holds it for long, or it is not there."""


@cache
def engine() -> Engine:
    """The process's engine, made at first use."""
    return make_engine(config().database_url)


@cache
def _reading() -> Engine:
    """The same engine, for those who only read."""
    return engine().execution_options(reading=True)


@cache
def _threads() -> ThreadPoolExecutor:
    """SQLite has one writer: one thread makes a queue of what would be lock contention. PostgreSQL gets a pool."""
    return ThreadPoolExecutor(1 if engine().dialect.name == "sqlite" else 8, thread_name_prefix="db")


@cache
def _readers() -> ThreadPoolExecutor:
    """Readers never wait for the writer's fsync (WAL gives each a snapshot)."""
    return ThreadPoolExecutor(2, thread_name_prefix="db-read")


def make_engine(url: str) -> Engine:
    """An engine with this project's settings for SQLite or PostgreSQL."""
    if not url.startswith("sqlite"):
        return create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1), pool_pre_ping=True)
    made = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30})
    event.listen(made, "connect", _prepare_sqlite)
    event.listen(made, "begin", _begin)
    return made


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """WAL with FULL sync: what is acknowledged survives a power cut. The driver's own BEGIN is switched off."""
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Any) -> None:
    """A writer takes its lock at once, so that it waits in `busy_timeout` and never fails half-way."""
    reading = connection.get_execution_options().get("reading", False)
    connection.connection.driver_connection.execute("BEGIN" if reading else "BEGIN IMMEDIATE")


async def transact(verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run `verb(session, …)` in one transaction, commit, ring what it announced, return its result.

    Whatever the verb raises rolls everything back and rises. Never blocks the event loop. Raises `NotSaved`.
    """
    loop = asyncio.get_running_loop()
    result, topics = await loop.run_in_executor(_threads(), lambda: transact_now(verb, *args, **kwargs))
    live.hub.ring(topics)
    return result


async def read(verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a verb that only reads, beside the writer. What it changed would be rolled back."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_readers(), lambda: read_now(verb, *args, **kwargs))


def read_now(verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same in this thread."""
    with Session(_reading(), expire_on_commit=False, autoflush=False) as session:
        return verb(session, *args, **kwargs)


def transact_now(
    verb: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
) -> tuple[T, frozenset[str]]:
    """The same in this thread, for the command line: the verb's result, and the topics that it announced."""
    try:
        with Session(engine(), expire_on_commit=False) as session, live.announcing() as topics:
            result = verb(session, *args, **kwargs)
            session.commit()
    except (OperationalError, engine().dialect.loaded_dbapi.OperationalError) as error:
        raise NotSaved(str(getattr(error, "orig", error))) from error
    return result, frozenset(topics)
