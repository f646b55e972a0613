"""The evidence bundle 证据包 of a round: a zip of plain files with a manifest, checked and counted again from itself.

Numbers stand for holders and groups, doors for households; no person is named. Everything here is a function of bytes.
"""

import csv
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from fundapp.consent.counting import Count, count
from fundapp.consent.heads import numbers_of
from fundapp.consent.law import law_for
from fundapp.consent.paper_bundle import FILES as PAPER_FILES
from fundapp.consent.paper_bundle import paper_faults
from fundapp.consent.rules import Answer, Area, Regime, Unit, area_text
from fundapp.db.types import canonical
from fundapp.kernel.archive import MANIFEST, zipped
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import BadInput
from fundapp.rosters.heads import SnapshotLine, roster_hash

FORMAT = "fundapp-consent-bundle/1"
ROSTER = ("unit", "door", "area_cm2", "holder", "group", "grid")
ANSWERS = ("unit", "revision", "answer", "channel", "serial", "at", "reason", "objection")
NUMBERS = ("agree", "oppose", "abstain", "follow", "silent", "needed")
FILES = (
    "README.txt", "round.json", "roster.csv", "answers.csv", *PAPER_FILES, "notices.json", "results.json",
    "calculation.json",
)  # fmt: skip


@dataclass
class Finding:
    """What looking at a bundle came to: every fault in words, and what was counted from its answers."""

    round: int = 0
    faults: list[str] = field(default_factory=list)
    counted: dict[str, Any] = field(default_factory=dict)
    manifest_sha256: str = ""


def pack(files: Mapping[str, bytes], round_id: int) -> bytes:
    """Make the zip: the same files make the same bytes."""
    return zipped(files, {"format": FORMAT, "round": round_id})


def calculation(name: str, opened: datetime, lines: Sequence[SnapshotLine], said: Mapping[int, str]) -> dict[str, Any]:
    """Count the standing answers of units under a regime with the law of the day on which the round opened.

    Raises:
        BadInput: a regime or an answer that is none, or answers that the regime cannot count.

    """
    regime = Regime.under(name, law_for(name, local_date(opened)))
    units = [Unit(str(line.unit_id), line.head_key, line.area_cm2) for line in lines]
    known = {answer.value for answer in Answer}
    if set(said.values()) - known:
        raise BadInput("answers", repr(sorted(set(said.values()) - known)), ", ".join(sorted(known)))
    found = count(regime, units, {str(unit): Answer(answer) for unit, answer in said.items()})
    return _told(found)


def standing(name: str, lines: Sequence[SnapshotLine], rows: Sequence[Mapping[str, str]]) -> dict[int, str]:
    """Give the answer that stands of each unit: the highest revision of its voice; struck ones are left out."""
    owners = name.startswith("owners:")
    voices = {line.unit_id: line.head_key if owners else str(line.unit_id) for line in lines}
    newest: dict[str, tuple[int, int, str]] = {}
    for row in rows:
        unit, revision = int(row["unit"]), int(row["revision"])
        if unit not in voices:
            raise BadInput("answers.csv", f"unit {unit}", "a unit of the roster")
        if revision > newest.get(voices[unit], (0, 0, ""))[0]:
            newest[voices[unit]] = (revision, unit, row["answer"])
    return {unit: answer for _revision, unit, answer in newest.values() if answer != "none"}


def verify(data: bytes) -> Finding:
    """Look for every fault of a bundle: bytes that were changed, files too many or too few, a count that differs.

    Raises:
        BadInput: no zip, or one that is no bundle.

    """
    found, files = Finding(), {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            names = opened.namelist()
            if opened.comment:
                found.faults.append("the zip carries a comment that the platform did not write")
            for name in names:
                files[name] = _read(opened, name, found)
    except zipfile.BadZipFile as bad:
        raise BadInput("bundle", str(bad), "a zip file") from None
    if MANIFEST not in files:
        raise BadInput("bundle", "no manifest.json", "a bundle that this program wrote")
    if len(names) != len(files):
        found.faults.append("a file is there twice")
    _check_manifest(files, found)
    if not found.faults:
        _count_again(files, found)
    return found


def _read(opened: zipfile.ZipFile, name: str, found: Finding) -> bytes:
    try:
        return opened.read(name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as bad:
        found.faults.append(f"{name}: damaged ({bad})")
        return b""


def _check_manifest(files: Mapping[str, bytes], found: Finding) -> None:
    raw = files[MANIFEST]
    found.manifest_sha256 = hashlib.sha256(raw).hexdigest()
    try:
        manifest = json.loads(raw)
        plain = canonical(manifest).encode()
        kept, found.round = dict(manifest["files"]), int(manifest["round"])
    except (ValueError, KeyError, TypeError):
        found.faults.append(f"{MANIFEST}: changed")
        return
    if plain != raw or set(manifest) != {"format", "round", "files"} or manifest["format"] != FORMAT:
        found.faults.append(f"{MANIFEST}: changed")
    here = set(files) - {MANIFEST}
    found.faults += [f"{name}: missing" for name in FILES if name not in here]
    found.faults += [f"{name}: not named in the manifest" for name in sorted(here - set(kept))]
    for name in sorted(set(kept) & here):
        if hashlib.sha256(files[name]).hexdigest() != kept[name]:
            found.faults.append(f"{name}: its bytes are not those of the manifest")


def _count_again(files: Mapping[str, bytes], found: Finding) -> None:
    try:
        _compare(files, found)
    except BadInput as bad:
        found.faults.append(str(bad))
    except (ValueError, KeyError, TypeError, LookupError, AttributeError, csv.Error) as bad:
        found.faults.append(f"a file cannot be read as it was written: {bad!r}")


def _compare(files: Mapping[str, bytes], found: Finding) -> None:
    round_, results = _json(files, "round.json"), _json(files, "results.json")
    if round_["round"] != found.round:
        found.faults.append(f"round.json speaks of round {round_['round']}, the manifest of {found.round}")
    lines, rows = roster_lines(files["roster.csv"]), _rows(files, "answers.csv", ANSWERS)
    if roster_hash(lines) != round_["roster_hash"] or len(lines) != round_["households"]:
        found.faults.append("roster.csv: not the roster whose fingerprint the round pins")
    said = standing(round_["regime"], lines, rows)
    found.counted = calculation(round_["regime"], datetime.fromisoformat(round_["opens_at"]), lines, said)
    if found.counted != _json(files, "calculation.json"):
        found.faults.append("calculation.json: not what the answers come to")
    _check_results(results, found)
    told = bool(results["final"] or results["preliminary"])
    _check_papers(files, round_, rows, told, found)
    _check_notices(round_, results, _json(files, "notices.json"), rows, found)


def _check_results(results: Mapping[str, Any], found: Finding) -> None:
    heads = found.counted["heads"]
    for kind in ("preliminary", "final"):
        told = results[kind][-1] if kind == "preliminary" and results[kind] else results[kind]
        if not told:
            continue
        if any(told[name] != heads[name] for name in NUMBERS) or told["result"] != found.counted["result"]:
            said = {name: told[name] for name in NUMBERS} | {"result": told["result"]}
            counted = {name: heads[name] for name in NUMBERS} | {"result": found.counted["result"]}
            found.faults.append(f"the {kind} result says {said}, the answers come to {counted}")


def _check_papers(
    files: Mapping[str, bytes], round_: Mapping[str, Any], rows: Sequence[Mapping[str, str]], told: bool, found: Finding
) -> None:
    tables = {name: _rows(files, name, header) for name, header in PAPER_FILES.items()}
    units = {str(line.unit_id) for line in roster_lines(files["roster.csv"])}
    found.faults += paper_faults(round_, tables, rows, units, told)


def _check_notices(
    round_: Mapping[str, Any],
    results: Mapping[str, Any],
    notices: Sequence[Mapping[str, Any]],
    rows: Sequence[Mapping[str, str]],
    found: Finding,
) -> None:
    objections = {str(one["id"]): one for notice in notices for one in notice["objections"]}
    for row in rows:
        if row["channel"] == "objection":
            one = objections.get(row["objection"])
            if one is None or one["verdict"] not in ("upheld", "partly") or row["answer"] != "none":
                found.faults.append(f"answers.csv: unit {row['unit']} was struck without an objection that was upheld")
    final = results["final"]
    if not final or not round_["publicity_days"]:
        return
    if not notices or any(final["at"] < notice["revisions"][-1]["ends_at"] for notice in notices):
        found.faults.append("the final result was published before its notice was over")
    if any(not one["verdict"] or final["at"] < one["answered_at"] for one in objections.values()):
        found.faults.append("the final result was published with an objection unanswered")


def roster_lines(raw: bytes) -> list[SnapshotLine]:
    """Read the roster of a bundle.

    Raises:
        BadInput: another header.

    """
    rows = _rows({"roster.csv": raw}, "roster.csv", ROSTER)

    def number(text: str) -> int | None:
        return int(text) if text else None

    return [
        SnapshotLine(
            int(row["unit"]),
            row["door"],
            number(row["area_cm2"]),
            number(row["holder"]),
            number(row["group"]),
            number(row["grid"]),
        )
        for row in rows
    ]


def _rows(files: Mapping[str, bytes], name: str, header: Sequence[str]) -> list[dict[str, str]]:
    reader = csv.DictReader(io.StringIO(files[name].decode(), newline=""), strict=True)
    if tuple(reader.fieldnames or ()) != tuple(header):
        raise BadInput(name, ",".join(reader.fieldnames or ()), ",".join(header))
    return list(reader)


def _json(files: Mapping[str, bytes], name: str) -> Any:
    return json.loads(files[name])


def _told(found: Count) -> dict[str, Any]:
    heads = asdict(found.heads) | {"participating": found.heads.participating, "silent": found.heads.silent}
    return {
        "regime": found.regime,
        "heads": heads,
        "area_m2": None if found.area is None else _area(found.area),
        "result": numbers_of(found).result,
        "because": list(found.because),
    }


def _area(area: Area) -> dict[str, str]:
    names = ("total", "participating", "agree", "oppose", "follow", "quorum_needed", "needed")
    return {name: area_text(getattr(area, name)) for name in names}
