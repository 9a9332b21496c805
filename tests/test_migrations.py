"""The migrations make exactly the tables of the models."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from handoff_app import db, ready


def test_a_migrated_database_is_the_models(database: None, tmp_path: Path) -> None:
    SQLModel.metadata.drop_all(db.engine())
    ready.migrate()
    with db.engine().connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
