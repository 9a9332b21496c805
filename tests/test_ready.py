"""A start does what is left to do, and only that."""

from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlmodel import Session, text

from handoff_app import db, migrations, ready
from handoff_app.api import auth
from handoff_app.config import config
from handoff_app.domain import agents
from handoff_app.domain.models import Role
from tests.conftest import _forget


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory without a database."""
    monkeypatch.setenv("HANDOFF_DATA_DIR", str(tmp_path))
    _forget()
    yield tmp_path
    db.engine().dispose()
    _forget()


def started(admin: bool = True) -> None:
    ready.migrate()
    ready.prepare()
    if admin:
        db.transact_now(agents.add, "ada@acme.example", "Ada", Role.ADMIN, "unused")


def test_the_newest_migration_is_the_one_that_alembic_means() -> None:
    wanted = Config()
    wanted.set_main_option("script_location", str(migrations.VERSIONS.parent))
    assert migrations.newest() == ScriptDirectory.from_config(wanted).get_current_head()


def test_an_empty_place_is_not_settled_and_stays_empty(fresh: Path) -> None:
    assert not ready.settled()
    assert not (fresh / "handoff.db").exists()


def test_a_second_start_has_nothing_to_do(fresh: Path) -> None:
    started()
    assert ready.settled()


def test_an_admin_that_the_environment_names_later_is_made(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started(admin=False)
    assert ready.settled()
    monkeypatch.setenv("HANDOFF_ADMIN_EMAIL", "ada@acme.example")
    monkeypatch.setenv("HANDOFF_ADMIN_PASSWORD", "correct horse battery")
    config.cache_clear()
    assert not ready.settled()
    ready.prepare()
    assert ready.settled()


async def test_without_an_admin_each_start_prints_a_new_link(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started(admin=False)
    await auth.invite()
    await auth.invite()
    links = capsys.readouterr().out.splitlines()
    assert len(set(links)) == 2
    assert all("/setup#" in link for link in links)
    started()
    await auth.invite()
    assert capsys.readouterr().out == ""


def test_an_older_database_is_migrated(fresh: Path) -> None:
    started()

    def back(session: Session) -> None:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '0001'"))

    db.transact_now(back)
    assert not ready.settled()


def test_the_sample_shop_still_comes_where_it_was_not_wanted_before(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOFF_DEMO", "0")
    started()
    assert ready.settled()
    monkeypatch.setenv("HANDOFF_DEMO", "1")
    config.cache_clear()
    assert not ready.settled()
