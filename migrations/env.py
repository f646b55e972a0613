"""Runs migrations on the connection that ``fundapp.db.schema`` hands over."""

from alembic import context

from fundapp import tables  # noqa: F401 - fills the metadata
from fundapp.db.base import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
