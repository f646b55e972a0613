"""The books of a story as a committee reads them: every voucher with its lines, then what each account holds.

``python -m tests.stories.printed`` plays the stories named in :data:`PRINTED` and writes ``ledgers/*.txt`` anew:
read what changed before it is committed.
"""

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine, text

from fundapp.kernel.money import yuan_text
from fundapp.stories.running import LIBRARY, run_file

TODAY = date(2026, 11, 20)
HERE = Path(__file__).parent / "ledgers"
PRINTED = ("1-dongfeng-rest-kiosk", "2-mingtong-toilet", "3-gulouwan-cameras", "5-shimen-stairwell", "8-banshan-shares")
LEDGERS = {"actual": "实际资金", "commit": "承诺额度"}
LINES = """
SELECT b.id, b.holder_name, j.ledger, j.seq, j.event_date, j.purpose, a.name, e.amount_fen, e.balance_after_fen
FROM ledger_journal j JOIN book b ON b.id = j.book_id
JOIN ledger_entry e ON e.journal_id = j.id JOIN ledger_account a ON a.id = e.account_id
ORDER BY b.id, j.ledger, j.seq, e.leg
"""


def _amount(fen: int) -> str:
    return yuan_text(abs(fen)).rjust(14)


def printed(url: str) -> str:
    """Print all books of the database at *url*."""
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text(LINES)).all()
    engine.dispose()
    return "\n".join(_books(rows)) + "\n"


def _books(rows: list) -> Iterator[str]:
    for (_book, holder, ledger), lines in groupby(rows, lambda row: (row[0], row[1], row[2])):
        kept: dict[str, int] = {}
        yield f"== {holder} · {LEDGERS[ledger]} =="
        for (seq, day, purpose), legs in groupby(lines, lambda row: (row[3], str(row[4]), row[5])):
            yield f"第 {seq} 号  {day}  {purpose}"
            for *_, account, fen, after in legs:
                yield f"    {'借' if fen > 0 else '贷'} {_amount(fen)}  {account}"
                kept[account] = after
        yield "余额"
        yield from (f"    {'贷' if fen < 0 else '借'} {_amount(fen)}  {name}" for name, fen in kept.items() if fen)
        yield ""


def main() -> None:
    """Write the printed books anew."""
    for name in PRINTED:
        with TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder) / 'story.sqlite3'}"
            difference, _deeds = run_file(LIBRARY / f"{name}.toml", url, TODAY)
            if difference is not None:
                raise SystemExit(str(difference))
            (HERE / f"{name}.txt").write_text(printed(url), "utf-8")


if __name__ == "__main__":
    main()
