"""A throw-away PostgreSQL cluster: unix socket only, gone after the session, for tests without syncing to the disk."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from fundapp.cli.doctor import postgres_programs
from tests.support.memory import quick_folder

SETTINGS = "-c listen_addresses= -c max_connections=200"
QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"


class Cluster:
    """One running cluster. PostgreSQL refuses to run as root, so root hands it to the user ``postgres``.

    A *durable* one lies on the disk and syncs as PostgreSQL does by itself: for benches.
    """

    def __init__(self, durable: bool = False) -> None:
        programs = postgres_programs()
        if programs is None:
            raise RuntimeError("no initdb: tests that use a cluster are marked pg")
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="fundapp-pg-")) if durable else quick_folder("fundapp-pg-")
        self._settings = SETTINGS if durable else f"{SETTINGS} {QUICK}"
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._as = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}

    def start(self) -> None:
        """Make the cluster and wait until it answers."""
        self._run("initdb", "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        self._run("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", f"-k {self.folder} {self._settings}", "start")

    def stop(self) -> None:
        """Stop at once and leave nothing behind."""
        try:
            if (self.folder / "data" / "postmaster.pid").exists():
                self._run("pg_ctl", "-D", "data", "-m", "immediate", "-w", "stop")
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """Give the address of one of the cluster's databases."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a pipe would stay open in the server
            stderr=None,
            check=False,
            **self._as,
        )
        if done.returncode:
            log = self.folder / "log"
            told = log.read_text() if log.exists() else ""
            raise RuntimeError(f"{program} ended with {done.returncode}\n{told}")
