"""Settings from the environment, typed; a missing or unsafe one stops the start by name."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class UnsafeSetting(Exception):
    """A setting that production may not start with."""


@dataclass(frozen=True)
class Settings:
    """Everything the program can be told from outside.

    ``instance`` is the folder for the SQLite files and attachments.
    """

    database_url: str
    instance: Path
    secret_key: str = field(repr=False)
    data_keys: tuple[str, ...] = field(repr=False)
    production: bool = False
    demo: bool = False
    testing: bool = False
    trusted_hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    proxy_hops: int = 0
    site_name: str = "民生小实事"
    public_url: str = "http://127.0.0.1:8000"

    @property
    def side_url(self) -> str:
        """Give the address of the side store (sessions, rate limits): a second file beside SQLite's first."""
        if self.database_url.startswith("sqlite"):
            return self.database_url + "-side"
        return self.database_url

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the environment.

        Raises:
            UnsafeSetting: production without a secret or data key, with a default one, or without its hosts.

        """
        instance = Path(environ.get("FUNDAPP_INSTANCE", "instance")).resolve()
        instance.mkdir(parents=True, exist_ok=True)
        production = environ.get("FUNDAPP_ENV", "development") == "production"
        hosts = tuple(part.strip() for part in environ.get("FUNDAPP_TRUSTED_HOSTS", "").split(",") if part.strip())
        if production and not hosts:
            raise UnsafeSetting("FUNDAPP_TRUSTED_HOSTS must name the hosts that this site answers for")
        return cls(
            database_url=database_url(environ, instance),
            instance=instance,
            secret_key=_secret(environ, instance, production),
            data_keys=_data_keys(environ, instance, production),
            production=production,
            trusted_hosts=hosts or cls.trusted_hosts,
            proxy_hops=int(environ.get("FUNDAPP_PROXY_HOPS", "0")),
            site_name=environ.get("FUNDAPP_SITE_NAME", cls.site_name),
            public_url=environ.get("FUNDAPP_PUBLIC_URL", cls.public_url).rstrip("/"),
        )

    @classmethod
    def for_tests(cls, database_url: str, instance: Path) -> "Settings":
        """Make settings for a test."""
        keys = ("only-for-tests",)
        return cls(database_url=database_url, instance=instance, secret_key=keys[0], data_keys=keys, testing=True)


def database_url(environ: Mapping[str, str], instance: Path) -> str:
    """Give the database's address: FUNDAPP_DATABASE_URL, or SQLite in the instance folder."""
    url = environ.get("FUNDAPP_DATABASE_URL") or f"sqlite:///{instance / 'fundapp.sqlite3'}"
    return url.replace("postgresql://", "postgresql+psycopg://", 1) if url.startswith("postgresql://") else url


def _secret(environ: Mapping[str, str], instance: Path, production: bool) -> str:
    given = environ.get("FUNDAPP_SECRET_KEY", "")
    if production:
        _check_random("FUNDAPP_SECRET_KEY", given)
    return given or _kept(instance / "secret-key")


def _data_keys(environ: Mapping[str, str], instance: Path, production: bool) -> tuple[str, ...]:
    """Give the keys for names and phones, the newest first: FUNDAPP_DATA_KEY separates them by commas."""
    given = tuple(part.strip() for part in environ.get("FUNDAPP_DATA_KEY", "").split(",") if part.strip())
    if production:
        for key in given or ("",):
            _check_random("FUNDAPP_DATA_KEY", key)
    return given or (_kept(instance / "data-key"),)


def _check_random(name: str, given: str) -> None:
    if len(given) < 32 or "change" in given.lower() or "secret" in given.lower():
        raise UnsafeSetting(f"{name} must be at least 32 random characters")


def _kept(path: Path) -> str:
    """Give the secret that the instance folder keeps, drawn the first time."""
    if not path.exists():
        path.write_text(secrets.token_hex(32))
        path.chmod(0o600)
    return path.read_text()
