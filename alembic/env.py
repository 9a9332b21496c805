"""Migrations run against the engine that the application uses."""

from sqlmodel import SQLModel

from alembic import context
from handoff_app.db import engine
from handoff_app.domain import models  # noqa: F401

with engine().connect() as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
