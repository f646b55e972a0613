"""Where templates, static files, migrations and stories lie: in the wheel or in the checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def home(kind: str) -> Path:
    """Give the folder of *kind* ("templates", "static", "migrations", "stories")."""
    shipped = _PACKAGE / "_shipped" / kind
    return shipped if shipped.exists() else _PACKAGE.parent / kind
