"""The harness behind the fixtures of ``tests/conftest.py``."""
