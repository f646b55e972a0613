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


def written(row: dict[str, Any], legs: str) -> tuple[str, str]:
    """Write a journal's whole text, and its body as its hash is taken of it; ``legs`` are its entries as written."""
    told = row["canonical"]
    said = (
        f'"book":{row["book_id"]},"event_date":{_text(row["event_date"])},"evidence":{evidence_written(told)},'
        f'"key":{_text(row["key"])},"ledger":{_text(row["ledger"])},"legs":{legs},'
    )
    purpose = (
        f'"purpose":{_text(row["purpose"])},"reason":{_text(row["reason"])},"reverses":{_number(row["reverses_id"])},'
    )
    source = f'"source":{_text(row["source"])},"subject":{_text(row["subject"])}'
    head = (
        f'{{"approved_by":{_number(row["approved_by_id"])},"asked_by":{_number(row["asked_by_id"])},{said}'
        f'"posted_at":{_text(row["posted_at"])},"posted_by":{_number(row["posted_by_id"])},'
        f'"prev":{_text(row["prev_hash"])},{purpose}"seq":{row["seq"]},{source},"v":{FORMAT}}}'
    )
    return head, f"{{{said}{purpose}{source}}}"
