"""What lies in a box of sealed ballots, how it is handed out for the count, and the count, without a database.

A ballot holds its choices, a code that the program draws and four digits that the voter thinks of. All ballots of a
round are equally long. What is handed out has no household in it.
"""

import hashlib
import json
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fundapp.db.types import canonical
from fundapp.kernel.errors import BadInput, Refused
from fundapp.voting.ballots import VoteType
from fundapp.voting.method import BallotType, Method, check_marks, options_of
from fundapp.voting.rounds import LETTERS, rules_hash
from fundapp.voting.rules import Rule
from fundapp.voting.seal import DoesNotOpen, public_of, unseal

BOX, COUNT = "fundapp-vote-box/1", "fundapp-vote-count/1"
CODE, DIGITS = 10, 4
_STEP = 32


@dataclass(frozen=True)
class Slip:
    """A ballot that was opened: its code, the voter's digits, and points by project."""

    code: str
    digits: str
    marks: Mapping[int, int]

    def line(self) -> list[Any]:
        """Write it as it stands in the file of a count."""
        return [self.code, self.digits, sorted([project, points] for project, points in self.marks.items())]


def room(method: Method, projects: Iterable[int]) -> int:
    """Give the length of every ballot of a round in bytes: the longest there could be, up to a multiple of 32."""
    widest = len(str(max(projects))) + len(str(method.each)) + len("[,],")
    return -(-(len('["","",[]]') + CODE + DIGITS + method.most * widest) // _STEP) * _STEP


def draw_slip_code(chance: random.Random) -> str:
    """Draw the code of a sealed ballot: 49 bits, without letters that look alike."""
    return "".join(chance.choice(LETTERS) for _ in range(CODE))


def plain(slip: Slip, length: int) -> bytes:
    """Write a ballot in exactly so many bytes.

    >>> plain(Slip("AAAAAAAAAA", "1234", {7: 1}), 64)[:32]
    b'["AAAAAAAAAA","1234",[[7,1]]]   '
    """
    text = canonical(slip.line()).encode()
    if len(text) > length:
        raise ValueError("a ballot is longer than all ballots of its round")
    return text.ljust(length)


def read_plain(text: bytes) -> Slip:
    """Read a ballot.

    Raises:
        ValueError: it is none.
    """
    try:
        code, digits, marks = json.loads(text)
        slip = Slip(str(code), str(digits), {int(project): int(points) for project, points in marks})
    except (TypeError, ValueError) as error:
        raise ValueError("not a ballot") from error
    if len(slip.marks) != len(marks) or len(slip.code) != CODE or len(slip.digits) != DIGITS:
        raise ValueError("not a ballot")
    return slip


def fingerprint(sealed: bytes) -> str:
    """Give what is published of a sealed ballot before anything is opened."""
    return hashlib.sha256(sealed).hexdigest()


def root_of(fingerprints: Iterable[str]) -> str:
    """Give the one fingerprint of a whole box."""
    return hashlib.sha256("\n".join(sorted(fingerprints)).encode()).hexdigest()


def leaf_of(*values: object) -> str:
    """Give the fingerprint of a row of the box."""
    return hashlib.sha256(canonical([None if one is None else str(one) for one in values]).encode()).hexdigest()


def next_root(before: str, changed: Mapping[str, str]) -> str:
    """Give the root of a box after an hour: of the root before it, and of the rows that were written since."""
    return hashlib.sha256(canonical([before, dict(changed)]).encode()).hexdigest()


def pack(frozen: Mapping[str, Any], public_key: str, canary: str, sealed: Iterable[str]) -> dict[str, Any]:
    """Write a closed box for its key-holders: the frozen terms, and the sealed ballots (hex) by fingerprint."""
    by_print = {fingerprint(bytes.fromhex(one)): one for one in sealed}
    return {
        "format": BOX,
        "frozen": dict(frozen),
        "rules_hash": rules_hash(frozen),
        "public_key": public_key,
        "canary": canary,
        "root": root_of(by_print),
        "sealed": [by_print[one] for one in sorted(by_print)],
    }


def method_of_frozen(frozen: Mapping[str, Any]) -> Method:
    """Read how ballots look and are counted from the frozen terms of a round."""
    return Method(
        BallotType(frozen["ballot"]),
        frozen["max_choices"],
        frozen["points"],
        frozen["most_points"],
        options_of(Rule(frozen["rule"]), frozen["options"]),
    )


def open_box(box: Mapping[str, Any], private: bytes) -> dict[str, Any]:
    """Open every ballot of a box; give what is written back, the same whichever two shares opened it.

    Ballots stand by their codes. ``faulty`` counts what does not open, breaks the limits of its round, or repeats a
    code. Needs no database and no network.

    Raises:
        BadInput: not a box, one that was changed since it was closed, or a key of another round.

    Source: reliability.md §4.1.
    """
    _check_box(box, private)
    frozen, slips, faulty = box["frozen"], list[Slip](), 0
    method, costs = method_of_frozen(frozen), {row[0]: row[2] for row in frozen["candidates"]}
    order = list(box["sealed"])
    random.SystemRandom().shuffle(order)
    for sealed in order:
        try:
            slip = read_plain(unseal(bytes.fromhex(sealed), private, box["rules_hash"]))
            check_slip(method, slip, costs, frozen["budget_fen"])
            slips.append(slip)
        except (DoesNotOpen, ValueError, Refused):
            faulty += 1
    lines = sorted(slip.line() for slip in slips)
    kept = [line for place, line in enumerate(lines) if place == 0 or line[0] != lines[place - 1][0]]
    return {
        "format": COUNT,
        "rules_hash": box["rules_hash"],
        "root": box["root"],
        "proof": unseal(bytes.fromhex(box["canary"]), private, box["rules_hash"]).decode(),
        "faulty": faulty + len(lines) - len(kept),
        "ballots": kept,
    }


def _check_box(box: Mapping[str, Any], private: bytes) -> None:
    names = {"format", "frozen", "rules_hash", "public_key", "canary", "root", "sealed"}
    if set(box) != names or box["format"] != BOX:
        raise BadInput("box", str(box.get("format")), f"a file of the format {BOX}")
    if rules_hash(box["frozen"]) != box["rules_hash"]:
        raise BadInput("box", "terms that were changed", f"the terms with the fingerprint {box['rules_hash']}")
    found = root_of(fingerprint(bytes.fromhex(one)) for one in box["sealed"])
    if found != box["root"] or len(set(box["sealed"])) != len(box["sealed"]):
        raise BadInput("box", f"ballots with the fingerprint {found}", f"those with {box['root']}")
    if public_of(private) != box["public_key"]:
        raise BadInput("shares", "shares of another key", f"those of {box['public_key'][:16]}…")


def check_slip(method: Method, slip: Slip, costs: Mapping[int, int], budget: int) -> None:
    """Check an opened ballot as it was checked when it was cast; the order of places is read from the points.

    Raises:
        Refused: what :func:`fundapp.voting.method.check_marks` refuses; ``voting.not_a_candidate`` for points that no
            place has.
    """
    check_marks(method, list(slip.marks), slip.marks, costs, budget)
    given = sorted(slip.marks.values(), reverse=True)
    if method.ballot is not BallotType.POINTS:
        places = [
            method.most - place if method.ballot.vote_type is VoteType.ORDINAL else 1 for place in range(len(given))
        ]
        if given != places:
            raise Refused("voting.not_a_candidate", field="choices")


def read_count(text: bytes) -> dict[str, Any]:
    """Read the file of a count.

    Raises:
        Refused: it is none (``voting.no_count``).
    """
    try:
        count = json.loads(text)
        slips = [read_plain(canonical(line).encode()) for line in count["ballots"]]
        sound = count["format"] == COUNT and type(count["faulty"]) is int and count["faulty"] >= 0
    except (TypeError, ValueError, KeyError):
        raise Refused("voting.no_count", field="file") from None
    if not sound or len({slip.code for slip in slips}) != len(slips):
        raise Refused("voting.no_count", field="file")
    return {**count, "ballots": slips}
