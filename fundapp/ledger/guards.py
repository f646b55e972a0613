"""What the database refuses about the ledger, in the same words on SQLite and on PostgreSQL. Journals: :mod:`.seal`."""

from fundapp.db.guards import append_only, guard, no_replace, no_truncate, refuse

append_only("book")
append_only("ledger_chart")
append_only("ledger_account")
append_only("ledger_closing")
append_only("ledger_journal")
append_only("ledger_entry")
append_only("ledger_month_closing")
append_only("ledger_reopen_request")
append_only("ledger_reopening")
append_only("ledger_audit")

_OPEN = (
    "INSERT INTO ledger_balance (account_id, floor_fen, ceiling_fen, balance_fen, version) "
    "VALUES (NEW.id, NEW.floor_fen, NEW.ceiling_fen, 0, 0);"
)
_MOVE = (
    "UPDATE ledger_balance SET balance_fen = NEW.balance_after_fen, version = NEW.account_version "
    "WHERE account_id = NEW.account_id;"
)


def _follow(name: str, table: str, statement: str) -> None:
    """Let the database run *statement* after each row of *table*."""
    guard(
        name,
        table,
        f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW BEGIN {statement} END",
        (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN {statement} "
            f"RETURN NULL; END $body$",
            f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ),
    )


_follow("ledger_account_opens_balance", "ledger_account", _OPEN)
_follow("ledger_entry_moves_balance", "ledger_entry", _MOVE)

refuse("ledger_balance_keeps_rows", "ledger_balance", "DELETE", None, "ledger_balance keeps its rows")
no_replace("ledger_balance")
no_truncate("ledger_balance")
_NO_ENTRY = (
    "NEW.account_id <> OLD.account_id OR NEW.version <> OLD.version + 1 OR NOT EXISTS (SELECT 1 FROM ledger_entry e "
    "WHERE e.account_id = NEW.account_id AND e.account_version = NEW.version "
    "AND e.balance_after_fen = NEW.balance_fen)"
)
refuse(
    "ledger_balance_follows_entries",
    "ledger_balance",
    "UPDATE",
    f"{_NO_ENTRY} OR NEW.floor_fen IS NOT OLD.floor_fen OR NEW.ceiling_fen IS NOT OLD.ceiling_fen",
    "only an entry moves a balance",
    pg_when=f"{_NO_ENTRY} OR NEW.floor_fen IS DISTINCT FROM OLD.floor_fen "
    "OR NEW.ceiling_fen IS DISTINCT FROM OLD.ceiling_fen",
)
refuse(
    "ledger_closing_of_empty",
    "ledger_closing",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_balance b WHERE b.account_id = NEW.account_id AND b.balance_fen <> 0)",
    "an account is closed empty",
)
refuse(
    "ledger_entry_follows_balance",
    "ledger_entry",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM ledger_balance b WHERE b.account_id = NEW.account_id "
    "AND b.version + 1 = NEW.account_version AND b.balance_fen + NEW.amount_fen = NEW.balance_after_fen)",
    "an entry goes on from the kept balance",
)
refuse(
    "ledger_entry_on_open_account",
    "ledger_entry",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_closing c WHERE c.account_id = NEW.account_id)",
    "the account is closed",
)
refuse(
    "ledger_chart_goes_on",
    "ledger_chart",
    "INSERT",
    "NEW.number <> COALESCE((SELECT max(c.number) FROM ledger_chart c WHERE c.book_id = NEW.book_id), 0) + 1",
    "versions of a chart are numbered without a gap",
)
refuse(
    "ledger_chart_tightens",
    "ledger_chart",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_chart c WHERE c.book_id = NEW.book_id AND c.second_from_fen < NEW.second_from_fen)",
    "the sum from which a payment takes two people only falls",
)
refuse(
    "ledger_month_closed_once",
    "ledger_month_closing",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_month_closing c WHERE c.book_id = NEW.book_id AND c.last_day >= NEW.first_day "
    "AND NOT EXISTS (SELECT 1 FROM ledger_reopening r WHERE r.closing_id = c.id))",
    "the month is closed already",
)
refuse(
    "ledger_month_reopened_last_first",
    "ledger_reopening",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_month_closing c JOIN ledger_month_closing o ON o.id = NEW.closing_id "
    "WHERE c.book_id = o.book_id AND c.first_day > o.last_day "
    "AND NOT EXISTS (SELECT 1 FROM ledger_reopening r WHERE r.closing_id = c.id))",
    "the last closed month is opened first",
)
