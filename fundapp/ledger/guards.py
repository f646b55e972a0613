"""What the database refuses about the ledger, in the same words on SQLite and on PostgreSQL."""

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
    "ledger_journal_balances",
    "ledger_journal",
    "INSERT",
    "(SELECT count(*) FROM ledger_entry e WHERE e.journal_id = NEW.id) <> NEW.leg_count "
    "OR (SELECT sum(e.amount_fen) FROM ledger_entry e WHERE e.journal_id = NEW.id) <> 0",
    "a journal has its declared legs and they sum to 0",
)
refuse(
    "ledger_journal_balances_funds",
    "ledger_journal",
    "INSERT",
    "EXISTS (SELECT a.fund FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id "
    "WHERE e.journal_id = NEW.id GROUP BY a.fund HAVING sum(e.amount_fen) <> 0)",
    "a journal sums to 0 in each fund",
)
refuse(
    "ledger_journal_in_open_month",
    "ledger_journal",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_month_closing c WHERE c.book_id = NEW.book_id AND NEW.event_date <= c.last_day "
    "AND NOT EXISTS (SELECT 1 FROM ledger_reopening r WHERE r.closing_id = c.id))",
    "the month is closed",
)
refuse(
    "ledger_payment_by_two",
    "ledger_journal",
    "INSERT",
    "NEW.ledger = 'actual' AND (NEW.asked_by_id IS NULL OR NEW.approved_by_id IS NULL) "
    "AND (SELECT -sum(e.amount_fen) FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id "
    "WHERE e.journal_id = NEW.id AND a.kind IN ('cash', 'bank')) >= COALESCE((SELECT c.second_from_fen "
    "FROM ledger_chart c WHERE c.book_id = NEW.book_id ORDER BY c.number DESC LIMIT 1), 1)",
    "a payment of this size needs one who asks and another who approves",
)
refuse(
    "ledger_chart_goes_on",
    "ledger_chart",
    "INSERT",
    "NEW.number <> COALESCE((SELECT max(c.number) FROM ledger_chart c WHERE c.book_id = NEW.book_id), 0) + 1",
    "versions of a chart are numbered without a gap",
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
guard(
    "ledger_journal_hashed",
    "ledger_journal",
    (),  # SQLite knows no SHA-256: there the program writes it, and `fundapp ledger check` recomputes it
    (
        "CREATE FUNCTION ledger_journal_hashed() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN "
        "IF NEW.hash <> encode(sha256(convert_to(NEW.canonical, 'UTF8')), 'hex') THEN RAISE EXCEPTION "
        "'the hash is that of the stored text' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $body$",
        "CREATE TRIGGER ledger_journal_hashed BEFORE INSERT ON ledger_journal "
        "FOR EACH ROW EXECUTE FUNCTION ledger_journal_hashed()",
    ),
)
refuse(
    "ledger_journal_in_one_book",
    "ledger_journal",
    "INSERT",
    "EXISTS (SELECT 1 FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id "
    "WHERE e.journal_id = NEW.id AND (a.book_id <> NEW.book_id OR a.ledger <> NEW.ledger))",
    "all legs lie in the book and ledger of their journal",
)
refuse(
    "ledger_journal_chained",
    "ledger_journal",
    "INSERT",
    "NOT EXISTS (SELECT 1 FROM book b WHERE b.id = NEW.book_id AND NEW.seq = 1 AND b.start_hash = NEW.prev_hash) "
    "AND NOT EXISTS (SELECT 1 FROM ledger_journal p WHERE p.book_id = NEW.book_id AND p.seq = NEW.seq - 1 "
    "AND p.hash = NEW.prev_hash)",
    "a journal links to the one before it",
)
refuse(
    "ledger_journal_mirrors",
    "ledger_journal",
    "INSERT",
    "NEW.reverses_id IS NOT NULL AND (NEW.leg_count <> COALESCE((SELECT o.leg_count FROM ledger_journal o "
    "WHERE o.id = NEW.reverses_id AND o.reverses_id IS NULL), 0) OR EXISTS (SELECT 1 FROM ledger_entry o "
    "WHERE o.journal_id = NEW.reverses_id AND NOT EXISTS (SELECT 1 FROM ledger_entry n WHERE n.journal_id = NEW.id "
    "AND n.leg = o.leg AND n.account_id = o.account_id AND n.amount_fen = -o.amount_fen)))",
    "a reversal mirrors its journal leg by leg",
)
