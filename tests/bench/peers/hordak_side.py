"""Post with django-hordak: ``python hordak_side.py ADDRESS CLIENTS EACH``; prints postings a second in all.

Two accounts, read before, as its documentation posts: ``transfer_to`` in a transaction. With EACH 0 it only lays out
its tables.
"""

import json
import multiprocessing
import sys
import time
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from django.conf import settings

FORK = multiprocessing.get_context("fork")


def configure(address: str) -> None:
    """Set Django up for one database."""
    said = urlsplit(address)
    host = said.hostname or parse_qs(said.query).get("host", [""])[0]
    database = {
        "ENGINE": "django.db.backends.postgresql", "NAME": said.path[1:], "USER": said.username or "",
        "PASSWORD": said.password or "", "HOST": host, "PORT": said.port or parse_qs(said.query).get("port", [""])[0],
    }  # fmt: skip
    settings.configure(
        DATABASES={"default": database},
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        CURRENCIES=["CNY"],
        DEFAULT_CURRENCY="CNY",
        HORDAK_CURRENCIES=["CNY"],
        HORDAK_DEFAULT_CURRENCY="CNY",
    )
    django.setup()


def lay_out() -> None:
    """Make its tables and two accounts."""
    from django.core.management import call_command
    from hordak.models import Account, AccountType

    call_command("migrate", verbosity=0)
    for name, kind in (("bank", AccountType.asset), ("gifts", AccountType.income)):
        Account.objects.create(name=name, code=name, type=kind, currencies=["CNY"])


def _client(each: int, gate: Any, times: Any) -> None:
    from django.db import connection, transaction
    from hordak.models import Account
    from moneyed import Money

    connection.close()
    gifts, bank = Account.objects.get(name="gifts"), Account.objects.get(name="bank")

    def transfer(number: int) -> None:
        with transaction.atomic():
            gifts.transfer_to(bank, Money(1, "CNY"), description=f"gift {number}", date=date(2026, 3, 2))

    for number in range(10):
        transfer(number)
    gate.wait(60)
    began = time.monotonic()
    for number in range(each):
        transfer(number)
    times.put((began, time.monotonic()))


def main(address: str, clients: int, each: int) -> None:
    """Lay out, or measure."""
    configure(address)
    if each == 0:
        lay_out()
        return
    gate, times = FORK.Barrier(clients), FORK.Queue()
    runners = [FORK.Process(target=_client, args=(each, gate, times)) for _ in range(clients)]
    for runner in runners:
        runner.start()
    seen = [times.get(timeout=300) for _ in runners]
    for runner in runners:
        runner.join()
    rate = clients * each / (max(end for _, end in seen) - min(began for began, _ in seen))
    print(json.dumps({"rate": rate}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
