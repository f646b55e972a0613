"""Makes ``migrations/versions/0001_start.py`` anew from the models: ``./run migration`` (decision 0008)."""

import subprocess
import sys
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from fundapp import tables  # noqa: F401 - fills the metadata
from fundapp.db.base import Base
from fundapp.db.guards import guards, routines
from fundapp.db.types import CanonicalJson, Encrypted, EncryptedJson, Instant, MoneyInFen

TARGET = Path(__file__).parents[2] / "migrations" / "versions" / "0001_start.py"
PLAIN = {
    MoneyInFen: "sa.BigInteger()",
    CanonicalJson: "sa.Text()",
    Encrypted: "sa.Text()",
    EncryptedJson: "sa.Text()",
    Instant: "sa.DateTime(timezone=True)",
}
FRAME = '''"""Everything, from nothing.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    {tables}

    for sqlite, postgresql in GUARDS:
        for statement in sqlite if op.get_bind().dialect.name == "sqlite" else postgresql:
            op.get_bind().exec_driver_sql(
                statement if op.get_bind().dialect.name == "sqlite" else statement.replace("%", "%%")
            )


def downgrade():
    raise RuntimeError("there is nothing before the start")


GUARDS = [
{guards}
]
'''


def as_plain(kind, item, _autogen):
    """Write a column type of ours as what it is in the database."""
    return next((plain for ours, plain in PLAIN.items() if kind == "type" and isinstance(item, ours)), False)


def written_tables() -> str:
    """Give the body of ``upgrade``: every table and index, in the order of their references."""
    with create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": Base.metadata})
        script = produce_migrations(context, Base.metadata)
        return render_python_code(script.upgrade_ops, render_item=as_plain, migration_context=context)


def written_guards() -> str:
    """Give the list of the statements of guards and routines, by name."""
    listed = [
        f"    # {made.name} on {made.table}\n    ({made.sqlite!r}, {made.postgresql!r}),"
        for made in sorted(guards(), key=lambda made: made.name)
    ]
    return "\n".join(listed + [f"    # {name}()\n    ((), {(made,)!r})," for name, made in sorted(routines().items())])


def main() -> None:
    """Write the file and format it as every other."""
    TARGET.write_text(FRAME.format(tables=written_tables(), guards=written_guards()), encoding="utf-8")
    for arguments in (["check", "--fix", "--quiet"], ["format", "--quiet"]):
        subprocess.run([sys.executable, "-m", "ruff", *arguments, str(TARGET)], check=False)


if __name__ == "__main__":
    main()
