"""The .pb format of the Pabulib library: sections META, PROJECTS and VOTES, each with a header row, split by ``;``.

Blanks around values and list items are forgiven; an unknown key or column, a section twice, a row that is too long
or a number that is not plain is not, for a typing error must not remove a limit.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from fundapp.kernel.errors import BadInput
from fundapp.voting import pabulib_ballots as reading
from fundapp.voting import pabulib_words as words
from fundapp.voting.ballots import Election, Project, VoteType, rival_places


@dataclass(slots=True)
class Section:
    """One section: its column names and its rows with the number of the line where each ends."""

    where: str
    columns: tuple[str, ...] = ()
    rows: list[tuple[int, list[str]]] = field(default_factory=list)

    def records(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Give each row as where it is and a mapping; columns that a short row lacks are missing."""
        for line, row in self.rows:
            if len(row) > len(self.columns):
                found = f"{len(row)} columns"
                raise BadInput(f"{self.where} line {line}", found, f"at most {len(self.columns)}, as in the header")
            yield f"{self.where} line {line}", dict(zip(self.columns, row, strict=False))


def read_pabulib(path: Path) -> Election:
    """Read a ``.pb`` file, or a ``.pb.gz`` one.

    Raises:
        BadInput: a file that cannot be read, is not UTF-8, or breaks the format; names the line.
    """
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            raw = gzip.decompress(raw)
    except (gzip.BadGzipFile, EOFError, zlib.error) as bad:
        raise BadInput(str(path), "data that gzip cannot unpack", "a gzipped .pb file") from bad
    except OSError as bad:
        raise BadInput(str(path), bad.strerror or "no readable file", "a .pb file") from bad
    return parse_pabulib(decoded(raw, str(path)), str(path))


def decoded(raw: bytes, where: str) -> str:
    """Read bytes as UTF-8, with or without a byte order mark.

    Raises:
        BadInput: not UTF-8; names the line.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        line = raw.count(b"\n", 0, bad.start) + 1
        raise BadInput(f"{where} line {line}", f"byte 0x{raw[bad.start]:02x}", "UTF-8 text") from bad


def parse_pabulib(text: str, where: str) -> Election:
    """Make an election of the text of a ``.pb`` file; *where* names the file in complaints.

    Raises:
        BadInput: whatever breaks the format; names the line.
    """
    sections = _sections(text, where)
    meta = _meta(sections["META"])
    projects = _projects(sections["PROJECTS"])
    vote_type = _vote_type(meta, where)
    rules = reading.BallotRules.of(meta, projects, vote_type, where)
    box = reading.BallotBox(rules)
    votes = sections["VOTES"]
    _need(votes, "voter_id", "vote", *(["points"] if vote_type in words.WITH_POINTS else []))
    for at, record in votes.records():
        box.take(at, record)
    election = box.election(
        budget=words.fen(meta, "budget", where),
        threshold=words.number(meta["min_project_score_threshold"], f"{where} META min_project_score_threshold")
        if "min_project_score_threshold" in meta
        else None,
        remarks=_remarks(meta, len(projects), box.read, where),
    )
    return replace(election, rivals=_rivals(meta, projects, where))


def _sections(text: str, where: str) -> dict[str, Section]:
    sections: dict[str, Section] = {}
    current: Section | None = None
    for line, spanned, row in _rows(text, where):
        at = f"{where} line {line}"
        if len(row) == 1 and row[0].upper() in words.SECTIONS:
            current = _open(sections, row[0].upper(), where, at)
        elif current is None:
            raise BadInput(at, repr(row[0][:40]), "a line META")
        elif not current.columns:
            current.columns = _header(row, current, line)
        else:
            if spanned and current is sections.get("VOTES"):
                raise BadInput(at, "a quotation mark that opened on an earlier line", "one ballot a line")
            current.rows.append((line, row))
    for name in words.SECTIONS:
        if name not in sections or not sections[name].columns:
            raise BadInput(where, f"no section {name} with a header row", "sections META, PROJECTS and VOTES")
    return sections


def _open(sections: dict[str, Section], name: str, where: str, at: str) -> Section:
    if name in sections:
        raise BadInput(at, f"section {name} a second time", "each section once")
    sections[name] = Section(f"{where} {name}")
    return sections[name]


def _rows(text: str, where: str) -> Iterator[tuple[int, bool, list[str]]]:
    """Give the rows that are not blank: number of the last line, whether there were several, stripped cells."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    ended = 0
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield rows.line_num, rows.line_num > ended + 1, cells
            ended = rows.line_num
    except csv.Error as bad:
        raise BadInput(f"{where} line {rows.line_num}", str(bad), "values split by semicolons") from bad


def _header(row: Sequence[str], section: Section, line: int) -> tuple[str, ...]:
    columns = tuple(cell.lower() for cell in row)
    known = words.COLUMNS[section.where.rsplit(" ", 1)[1]]
    for at, column in enumerate(columns):
        if column not in known:
            raise BadInput(f"{section.where} line {line}", f"column {column!r}", words.nearest(column, known))
        if column in columns[:at]:
            raise BadInput(f"{section.where} line {line}", f"column {column!r} twice", "each column once")
    return columns


def _need(section: Section, *columns: str) -> None:
    for column in columns:
        if column not in section.columns:
            raise BadInput(section.where, f"no column {column!r}", f"a column {column!r}")


def _meta(section: Section) -> dict[str, str]:
    _need(section, "key", "value")
    meta: dict[str, str] = {}
    for line, row in section.rows:
        key, value = row[0].lower(), ";".join(row[1:])
        at = f"{section.where} line {line}"
        if key not in words.META:
            raise BadInput(at, f"key {key!r}", words.nearest(key, words.META))
        if key in meta:
            raise BadInput(at, f"{key!r} a second time", "each key once")
        meta[key] = value
    for key in words.NEEDED:
        if key not in meta:
            raise BadInput(section.where, f"no {key}", f"a line {key};…")
    for key in words.NUMBERS & meta.keys():
        words.number(meta[key], f"{section.where} {key}")
    return meta


def _projects(section: Section) -> tuple[Project, ...]:
    _need(section, "project_id", "cost")
    projects: dict[str, Project] = {}
    for at, record in section.records():
        ident = record["project_id"]
        if not ident or "," in ident or ident in projects:
            found = f"project {ident!r} a second time" if ident in projects else f"project id {ident!r}"
            raise BadInput(at, found, "an id of its own for each project, without a comma")
        cost = words.fen_number(record.get("cost", ""), f"{at} cost")
        if cost <= 0:
            raise BadInput(f"{at} cost", repr(record["cost"]), "a cost above 0")
        projects[ident] = Project(ident, cost)
    if not projects:
        raise BadInput(section.where, "no project", "at least one project")
    return tuple(projects.values())


def _rivals(meta: Mapping[str, str], projects: Sequence[Project], where: str) -> tuple[tuple[int, int], ...]:
    """Read pairs of projects of which no more than one may be selected, from a comment ``#1: rivals=7,9|8,12``."""
    comment = meta.get("comment", "")
    if not comment.startswith(words.RIVALS):
        return ()
    told = comment.removeprefix(words.RIVALS).split()
    pairs = [tuple(part.split(",")) for part in (told[0] if told else "").split("|")]
    place = {project.id: at for at, project in enumerate(projects)}
    if any(len(pair) != 2 or pair[0] == pair[1] or not set(pair) <= place.keys() for pair in pairs):
        raise BadInput(f"{where} META comment", repr(comment), f"{words.RIVALS}7,9|8,12: pairs of two projects")
    return rival_places(place, [(pair[0], pair[1]) for pair in pairs])


def _vote_type(meta: Mapping[str, str], where: str) -> VoteType:
    try:
        return VoteType(meta["vote_type"].lower())
    except ValueError:
        raise BadInput(f"{where} META vote_type", repr(meta["vote_type"]), " or ".join(VoteType)) from None


def _remarks(meta: Mapping[str, str], projects: int, votes: int, where: str) -> tuple[str, ...]:
    """Note what does not keep the count from being made, but should be looked at."""
    remarks = [f"{where}: {key} is not applied" for key in sorted(words.NOT_APPLIED & meta.keys())]
    for key, found in (("num_projects", projects), ("num_votes", votes)):
        if key in meta and words.number(meta[key], f"{where} META {key}") != found:
            remarks.append(f"{where}: {key} says {meta[key]}, found {found}")
    return tuple(remarks)
