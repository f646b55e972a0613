"""Writes a journal's canonical text from raw columns: the bytes of :func:`fundapp.ledger.rules.journal_text`, quickly.

The checks write very many of them; that both ways agree is tested over any values.
"""

from json.encoder import encode_basestring
from typing import Any

from fundapp.ledger.rules import FORMAT


def _text(value: Any) -> str:
    return "null" if value is None else encode_basestring(str(value))


def _number(value: Any) -> str:
    return "null" if value is None else str(value)


def evidence_written(canonical: str) -> str:
    """Cut the list of attachments out of a stored text: no column repeats it."""
    start = canonical.find('"evidence":') + len('"evidence":')
    return "[]" if canonical.startswith("[]", start) else canonical[start : canonical.find('],"key":', start) + 1]


def head_written(row: dict[str, Any], legs: str) -> str:
    """Write the whole text of a journal; ``legs`` is the list of its entries as the text has it."""
    return (
        f'{{"approved_by":{_number(row["approved_by_id"])},"asked_by":{_number(row["asked_by_id"])},'
        f'"book":{row["book_id"]},"event_date":{_text(row["event_date"])},'
        f'"evidence":{evidence_written(row["canonical"])},"key":{_text(row["key"])},"ledger":{_text(row["ledger"])},'
        f'"legs":{legs},"posted_at":{_text(row["posted_at"])},"posted_by":{_number(row["posted_by_id"])},'
        f'"prev":{_text(row["prev_hash"])},"purpose":{_text(row["purpose"])},"reason":{_text(row["reason"])},'
        f'"reverses":{_number(row["reverses_id"])},"seq":{row["seq"]},"source":{_text(row["source"])},'
        f'"subject":{_text(row["subject"])},"v":{FORMAT}}}'
    )


def body_written(row: dict[str, Any], legs: str) -> str:
    """Write what :func:`fundapp.ledger.rules.body_of` says, as its hash is taken of it."""
    return (
        f'{{"book":{row["book_id"]},"event_date":{_text(row["event_date"])},'
        f'"evidence":{evidence_written(row["canonical"])},"key":{_text(row["key"])},"ledger":{_text(row["ledger"])},'
        f'"legs":{legs},"purpose":{_text(row["purpose"])},"reason":{_text(row["reason"])},'
        f'"reverses":{_number(row["reverses_id"])},"source":{_text(row["source"])},"subject":{_text(row["subject"])}}}'
    )
