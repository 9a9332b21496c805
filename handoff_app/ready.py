"""Before it serves: the port is free, the database is of the newest version, and an empty one gets what it needs.

What migrates and models is imported only where there is something to do: it takes three seconds, of each start.
"""

import errno
import json
import socket
import sqlite3
from contextlib import closing
from typing import Final

from handoff_app import migrations
from handoff_app.build import ROOT
from handoff_app.config import BadConfig, config

_VERSION: Final = "SELECT version_num FROM alembic_version"
_ADMIN: Final = "SELECT 1 FROM agent WHERE role = 'admin' AND active LIMIT 1"
_DEMO: Final = "SELECT value FROM setting WHERE name = 'demo_loaded'"


def claim_port() -> None:
    """See early whether it can listen at all. Raises `BadConfig`."""
    host, port = config().host, config().port
    try:
        socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        name = "HANDOFF_PORT" if error.errno in (errno.EADDRINUSE, errno.EACCES) else "HANDOFF_HOST"
        raise BadConfig(f"{name}: cannot listen on {host}, port {port}: {error.strerror or error}.") from error


def settled() -> bool:
    """Whether an earlier start has left nothing to migrate or prepare. Only an embedded database tells so by itself."""
    path = config().database_url.removeprefix("sqlite:///")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as database:
            version, admin, demo = (database.execute(asked).fetchone() for asked in (_VERSION, _ADMIN, _DEMO))
    except sqlite3.Error:
        return False
    return (
        version == (migrations.newest(),)
        and (admin is not None or not config().admin_email)
        and (not config().demo or (demo is not None and json.loads(demo[0])))
    )


def migrate() -> None:
    """Bring the database to the newest version. Raises `BadConfig` if it cannot be used."""
    from alembic.config import Config as AlembicConfig
    from alembic.util import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    from alembic import command

    wanted = AlembicConfig(ROOT / "alembic.ini")
    wanted.set_main_option("script_location", str(ROOT / "alembic"))
    try:
        command.upgrade(wanted, "head")
    except (SQLAlchemyError, CommandError, ValueError) as error:
        said = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise BadConfig(f"HANDOFF_DATABASE_URL: the database cannot be used: {said}") from error


def prepare() -> None:
    """Give an empty database the admin that the environment names, and the sample shop."""
    from handoff_app.db import transact_now
    from handoff_app.domain import agents, knowledge

    there, _ = transact_now(agents.any_admin)
    if not there and config().admin_email:
        _add_admin()
    if config().demo:
        transact_now(knowledge.load_demo)


def _add_admin() -> None:
    from handoff_app.access import passwords
    from handoff_app.db import transact_now
    from handoff_app.domain import agents, settings
    from handoff_app.domain.models import Role

    try:
        hash = passwords.hashed(config().admin_password)
        transact_now(agents.add, config().admin_email, "", Role.ADMIN, hash)
    except passwords.BadPassword as error:
        raise BadConfig(f"HANDOFF_ADMIN_PASSWORD: {error}") from error
    except settings.BadValue as error:
        raise BadConfig(f"HANDOFF_ADMIN_EMAIL: {error}") from error
