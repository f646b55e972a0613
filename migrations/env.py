"""Runs migrations on the connection that ``fundapp.db.schema`` hands over."""

from alembic import context

from fundapp import tables  # noqa: F401 - fills the metadata
from fundapp.db.base import Base
from fundapp.db.types import CanonicalJson, Encrypted, EncryptedJson, Instant, MoneyInFen


def render_item(kind, item, _autogen):
    """Write our column types as what they are in the database."""
    if kind != "type":
        return False
    if isinstance(item, MoneyInFen):
        return "sa.BigInteger()"
    if isinstance(item, CanonicalJson | Encrypted | EncryptedJson):
        return "sa.Text()"
    return "sa.DateTime(timezone=True)" if isinstance(item, Instant) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render_item,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
