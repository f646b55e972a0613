"""The paper in a round's evidence bundle, and every fault of it: a function of the bundle's own rows.

Numbers stand for the people who carried, keyed and watched; no one is named. What was noted about a visit stays in the
platform.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fundapp.consent.papers import paper_terms_of, sample_of

PAPERS = ("serial", "registered_at", "book", "unit", "ended", "reason")
SCANS = ("unit", "revision", "serial", "sha256", "bytes")
SIGNED = (
    "unit", "revision", "serial", "signed_on", "keyed_by", "collector", "witness", "proxy", "proxies_most",
    "proxy_sha256",
)  # fmt: skip
READINGS = ("serial", "look", "unit", "answer", "read_by", "at", "reason")
VISITS = ("unit", "result", "visited_at", "visitor", "recorded_at")
FILES = {
    "papers.csv": PAPERS, "scans.csv": SCANS, "signed.csv": SIGNED, "readings.csv": READINGS, "visits.csv": VISITS,
}  # fmt: skip
WITH_SCAN = ("paper", "door")
Row = Mapping[str, str]


def paper_faults(
    round_: Mapping[str, Any], tables: Mapping[str, Sequence[Row]], rows: Sequence[Row], units: set[str], told: bool
) -> Iterator[str]:
    """Tell every fault of the paper of a round; ``told`` says that a result was announced or published.

    *tables* are those of :data:`FILES` by name, *rows* the answers in the order in which they came.
    """
    yield from _sheets(tables, rows)
    yield from _accounted(tables["papers.csv"], rows, told)
    yield from _hands(tables["signed.csv"])
    yield from _readings(round_, tables, rows, told)
    strangers = {row["unit"] for row in tables["visits.csv"]} - units
    yield from (f"visits.csv: unit {unit} is not on the roster" for unit in sorted(strangers))


def _sheets(tables: Mapping[str, Sequence[Row]], rows: Sequence[Row]) -> Iterator[str]:
    registered = {row["serial"]: row for row in tables["papers.csv"]}
    scanned = {(row["unit"], row["revision"], row["serial"]) for row in tables["scans.csv"]}
    for row in rows:
        where, serial = f"answers.csv: unit {row['unit']}", row["serial"]
        if (row["channel"] == "paper") != bool(serial):
            yield f"{where} has a sheet without paper, or paper without a sheet"
        elif serial and serial not in registered:
            yield f"answers.csv: sheet {serial} is not in the register"
        elif serial and registered[serial]["unit"] not in ("", row["unit"]):
            yield f"{where} was keyed in from sheet {serial}, which is printed for another door"
        if (row["channel"] in WITH_SCAN) != ((row["unit"], row["revision"], serial) in scanned):
            yield f"{where}, revision {row['revision']}: signed without its scan"


def _accounted(papers: Sequence[Row], rows: Sequence[Row], told: bool) -> Iterator[str]:
    keyed = {row["serial"] for row in rows}
    for sheet in papers:
        serial = sheet["serial"]
        if sheet["ended"] == "void" and serial in keyed:
            yield f"papers.csv: sheet {serial} is void, and was keyed in"
        if told and serial not in keyed and not sheet["ended"]:
            yield f"papers.csv: sheet {serial} was neither keyed in nor void nor missing when the result was told"


def _hands(signed: Sequence[Row]) -> Iterator[str]:
    spoken: dict[str, dict[str, str]] = {}
    most: dict[str, int] = {}
    for row in signed:
        if row["collector"] in (row["witness"], row["proxy"]):
            yield f"signed.csv: sheet {row['serial']}: the one who collected it is its witness or proxy"
        if bool(row["proxy"]) != bool(row["proxy_sha256"]):
            yield f"signed.csv: sheet {row['serial']}: a proxy that is not in writing"
        if row["proxy"]:
            spoken.setdefault(row["proxy"], {})[row["serial"]] = row["unit"]
            most[row["proxy"]] = int(row["proxies_most"])
    for proxy, by_sheet in spoken.items():
        if len(set(by_sheet.values())) > most[proxy]:
            yield f"signed.csv: number {proxy} speaks for more than {most[proxy]} households"


def _readings(
    round_: Mapping[str, Any], tables: Mapping[str, Sequence[Row]], rows: Sequence[Row], told: bool
) -> Iterator[str]:
    newest = {row["serial"]: (row["unit"], row["answer"]) for row in rows if row["serial"]}
    first = {row["serial"]: row["keyed_by"] for row in reversed(tables["signed.csv"])}
    second, third = ({r["serial"]: r for r in tables["readings.csv"] if r["look"] == look} for look in ("2", "3"))
    for serial, read in second.items():
        settled = [(one["unit"], one["answer"]) for one in (read, third.get(serial)) if one]
        if read["read_by"] == first.get(serial):
            yield f"readings.csv: sheet {serial} was read twice by the same person"
        if told and newest.get(serial) not in settled:
            yield f"readings.csv: sheet {serial} was read differently when the result was told"
    terms = paper_terms_of({name: round_[name] for name in ("second_keying", "second_keying_share")})
    drawn = sample_of(terms, round_["roster_hash"], (int(serial) for serial in newest))
    waiting = sorted(drawn - {int(serial) for serial in second}) if told else []
    yield from (f"readings.csv: sheet {serial} was drawn and not read a second time" for serial in waiting)
