"""What the database refuses about a journal, which seals its entries.

On SQLite each condition is a trigger of its own. On PostgreSQL one trigger reads the entries once and goes through all
of them: a trigger each took half the time of a posting. :func:`sealing` writes that one, also without a condition, so
that tests can show what each is there for.
"""

from dataclasses import dataclass

from fundapp.db.guards import guard


@dataclass(frozen=True)
class Condition:
    """What is refused, in SQL over NEW and, on PostgreSQL, over ``legs``: what the entries come to.

    There ``where`` says, without reading a table, whether the condition is to be looked at at all.
    """

    name: str
    because: str
    sqlite: str
    postgresql: str
    where: str = "true"


_ENTRIES = "FROM ledger_entry e WHERE e.journal_id = NEW.id"
_ACCOUNTS = "FROM ledger_entry e JOIN ledger_account a ON a.id = e.account_id WHERE e.journal_id = NEW.id"
_LIMIT = (
    "COALESCE((SELECT c.second_from_fen FROM ledger_chart c WHERE c.book_id = NEW.book_id "
    "ORDER BY c.number DESC LIMIT 1), 1)"
)
_ONE_HAND = "NEW.ledger = 'actual' AND (NEW.asked_by_id IS NULL OR NEW.approved_by_id IS NULL)"
_UNEQUAL_FUNDS = f"EXISTS (SELECT a.fund {_ACCOUNTS} GROUP BY a.fund HAVING sum(e.amount_fen) <> 0)"
_FROZEN = (
    "EXISTS (SELECT 1 FROM ledger_month_closing c WHERE c.book_id = NEW.book_id AND NEW.event_date <= c.last_day "
    "AND NOT EXISTS (SELECT 1 FROM ledger_reopening r WHERE r.closing_id = c.id))"
)
_LAST = "SELECT p.seq, p.hash FROM ledger_journal p WHERE p.book_id = NEW.book_id ORDER BY p.seq DESC LIMIT 1"
"""The order keeps PostgreSQL from going through all journals of a book by another index while it has no statistics."""
_FOLLOWS = f"NEW.prev_hash = (SELECT p.hash FROM ({_LAST}) p WHERE p.seq = NEW.seq - 1)"  # noqa: S608 - our own names
_STARTS = "EXISTS (SELECT 1 FROM book b WHERE b.id = NEW.book_id AND NEW.seq = 1 AND b.start_hash = NEW.prev_hash)"
_UNLINKED = f"NOT COALESCE({_FOLLOWS}, {_STARTS})"
_NO_MIRROR = (
    "NEW.leg_count <> COALESCE((SELECT o.leg_count FROM ledger_journal o "
    "WHERE o.id = NEW.reverses_id AND o.reverses_id IS NULL), 0) OR EXISTS (SELECT 1 FROM ledger_entry o "
    "WHERE o.journal_id = NEW.reverses_id AND NOT EXISTS (SELECT 1 FROM ledger_entry n WHERE n.journal_id = NEW.id "
    "AND n.leg = o.leg AND n.account_id = o.account_id AND n.amount_fen = -o.amount_fen))"
)
CONDITIONS = (
    Condition(
        "ledger_journal_balances",
        "a journal has its declared legs and they sum to 0",
        f"(SELECT count(*) {_ENTRIES}) <> NEW.leg_count OR (SELECT sum(e.amount_fen) {_ENTRIES}) <> 0",
        "legs.many <> NEW.leg_count OR legs.total <> 0",
    ),
    Condition(
        "ledger_journal_balances_funds",
        "a journal sums to 0 in each fund",
        _UNEQUAL_FUNDS,
        _UNEQUAL_FUNDS,
        where="legs.first_fund <> legs.last_fund",
    ),
    Condition("ledger_journal_in_open_month", "the month is closed", _FROZEN, _FROZEN),
    Condition(
        "ledger_payment_by_two",
        "a payment of this size needs one who asks and another who approves",
        f"{_ONE_HAND} AND (SELECT -sum(e.amount_fen) {_ACCOUNTS} AND a.kind IN ('cash', 'bank')) >= {_LIMIT}",
        f"legs.paid >= {_LIMIT}",
        where=f"{_ONE_HAND} AND legs.paid > 0",
    ),
    Condition(
        "ledger_journal_in_one_book",
        "all legs lie in the book and ledger of their journal",
        f"EXISTS (SELECT 1 {_ACCOUNTS} AND (a.book_id <> NEW.book_id OR a.ledger <> NEW.ledger))",
        "legs.strange > 0",
    ),
    Condition("ledger_journal_chained", "a journal links to the one before it", _UNLINKED, _UNLINKED),
    Condition(
        "ledger_journal_mirrors",
        "a reversal mirrors its journal leg by leg",
        f"NEW.reverses_id IS NOT NULL AND ({_NO_MIRROR})",
        _NO_MIRROR,
        where="NEW.reverses_id IS NOT NULL",
    ),
    Condition(
        "ledger_journal_hashed",
        "the hash is that of the stored text",
        "",  # SQLite knows no SHA-256: there the program writes it, and `fundapp ledger check` recomputes it
        "NEW.hash <> encode(sha256(convert_to(NEW.canonical, 'UTF8')), 'hex')",
    ),
)
SEAL = "ledger_journal_seals"


def sealing(without: str = "") -> str:
    """Write PostgreSQL's function that goes through all conditions, or through all but one."""
    steps = " ".join(
        f"IF {one.where} THEN IF {one.postgresql} THEN RAISE EXCEPTION '{one.because}' "
        f"USING ERRCODE = 'check_violation'; END IF; END IF;"
        for one in CONDITIONS
        if one.name != without
    )
    return (
        f"CREATE OR REPLACE FUNCTION {SEAL}() RETURNS trigger LANGUAGE plpgsql AS $body$ DECLARE legs record; BEGIN "
        "SELECT count(*) AS many, sum(e.amount_fen) AS total, min(a.fund) AS first_fund, max(a.fund) AS last_fund, "
        "-sum(e.amount_fen) FILTER (WHERE a.kind IN ('cash', 'bank')) AS paid, "
        "count(*) FILTER (WHERE a.book_id <> NEW.book_id OR a.ledger <> NEW.ledger) AS strange INTO legs "
        f"{_ACCOUNTS}; {steps} RETURN NEW; END $body$"
    )


for condition in CONDITIONS:
    if condition.sqlite:
        guard(
            condition.name,
            "ledger_journal",
            f"CREATE TRIGGER {condition.name} BEFORE INSERT ON ledger_journal FOR EACH ROW WHEN {condition.sqlite} "
            f"BEGIN SELECT RAISE(ABORT, '{condition.because}'); END",
            (),
        )
guard(
    SEAL,
    "ledger_journal",
    (),
    (
        sealing(),
        f"CREATE TRIGGER {SEAL} BEFORE INSERT ON ledger_journal FOR EACH ROW EXECUTE FUNCTION {SEAL}()",
    ),
)
