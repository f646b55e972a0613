"""Imports every package's tables, so that foreign keys by name find them."""

import importlib
from pathlib import Path

_HERE = Path(__file__).parent
PACKAGES_WITH_TABLES = tuple(sorted(path.parent.name for path in _HERE.glob("*/models.py")))
for _name in PACKAGES_WITH_TABLES:
    importlib.import_module(f"fundapp.{_name}.models")
