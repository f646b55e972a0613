"""Runs the checks of every package: the third table that ``app.py`` keeps."""

from flask import Flask
from sqlalchemy import inspect
from sqlalchemy.orm import Session

from fundapp.app import check_list, create_app, let_go
from fundapp.audit.checks import check_sealed_rows
from fundapp.db.checking import Check, CheckResult
from fundapp.db.clock import DatabaseClock
from fundapp.db.schema import at_head
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.errors import BadInput
from fundapp.ledger.commands import keep_audit
from fundapp.settings import Settings


def run_checks(settings: Settings) -> list[tuple[str, CheckResult]]:
    """Run all checks on the configured database.

    Raises:
        BadInput: there is no database of ours at that address.
    """
    _open(settings)
    with reading_session() as session:
        return all_results(session)


def _open(settings: Settings) -> Flask:
    app = create_app(settings)
    if "audit_entry" not in inspect(bound_engine()).get_table_names() or not at_head(bound_engine()):
        raise BadInput("FUNDAPP_DATABASE_URL", "no up-to-date fundapp database", "one made by `fundapp db upgrade`")
    return app


MONEY = ("ledger.", "matching.", "banking.", "pools.", "subsidies.", "advances.", "delivery.")


def audit_ledger(settings: Settings) -> list[tuple[str, CheckResult]]:
    """Run the checks of the money on the configured database, and keep the result for the staff's pages.

    Raises:
        BadInput: there is no database of ours at that address.
    """
    app = _open(settings)
    try:
        with reading_session() as session:
            results = money_results(session)
        with unit_of_work() as session:
            keep_audit(session, results, DatabaseClock().now(session))
    finally:
        let_go(app)
    return results


def money_results(session: Session) -> list[tuple[str, CheckResult]]:
    """Run the checks of the money in one session."""
    return [(check.name, _run(check, session)) for check in check_list() if check.name.startswith(MONEY)]


def all_results(session: Session) -> list[tuple[str, CheckResult]]:
    """Run all checks in one session; a check that cannot even read its rows has found a fault."""
    results = [(check.name, _run(check, session)) for check in check_list()]
    return results + list(check_sealed_rows(session))


def _run(check: Check, session: Session) -> CheckResult:
    try:
        return check.run(session)
    except Exception as error:  # a changed value may be unreadable for the check itself
        return CheckResult(0, f"{check.name} cannot be computed: {type(error).__name__}: {error}"[:300])
