"""Who may enter where: every route against ``tests/access.csv``, for nobody and for each of the ten roles.

The people of this test work and live in one district; everything that the addresses name lies in another.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.collecting.models import Walk
from fundapp.consent.models import ConsentAnswer, ConsentPaper
from fundapp.council.models import CouncilItem, CouncilMember
from fundapp.db import wiring, work
from fundapp.db.work import reading_session, unit_of_work
from fundapp.files.models import Attachment
from fundapp.fundraising.models import Contribution
from fundapp.kernel.actor import Role
from fundapp.kernel.clock import SetClock, local_date
from fundapp.ledger.models import Book, Journal, LedgerAccount
from fundapp.matching.models import PoolFunding
from fundapp.notify.models import NotifyMessage
from fundapp.people.models import RoleGrant, UnitBinding
from fundapp.programmes.models import PolicyVersion
from fundapp.publicity.models import PublicityNotice
from fundapp.web.gate import PUBLIC, SIGNED_IN
from tests.conftest import running_app
from tests.scoring.conftest import draft_by_hand
from tests.support.visitor import Visitor
from tests.support.world import make_account, make_person, make_place_tree, make_resident

HERE = Path(__file__).parent
TABLE = HERE.parent / "access.csv"
NOBODY = "nobody"
NOTHING = {403, 404}
WANTED = {"page": {200, 303}, "nothing": NOTHING, "sent on": {303} | NOTHING}
UPLOAD = "楼栋,房号\n3栋,101\n".encode()


@dataclass(frozen=True)
class Row:
    """One route: its methods, who enters, and what the right role of another district gets to see there."""

    endpoint: str
    methods: frozenset[str]
    who: str
    elsewhere: str

    @property
    def may_enter(self) -> object:
        """Give what the view must declare."""
        if self.who in ("public", "signed_in"):
            return PUBLIC if self.who == "public" else SIGNED_IN
        return frozenset(Role(name) for name in self.who.split("+"))

    def admits(self, who: str) -> bool:
        """Tell whether somebody gets past the gate."""
        return self.who == "public" or (who != NOBODY and (self.who == "signed_in" or who in self.who.split("+")))


def _rows() -> list[Row]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Row(row["endpoint"], frozenset(row["methods"].split("+")), row["who"], row["elsewhere"])
            for row in csv.DictReader(file)
        ]


ROWS = _rows()
PRINTED = [
    row
    for row in ROWS
    if row.endpoint
    in (
        "consent.notice",
        "consent.preliminary_pdf",
        "consent.result_pdf",
        "council.minutes_pdf",
        "questionnaire.form_pdf",
        "trail.poster",
        "voting.cycle_pdf",
    )
]
PAGES = [row for row in ROWS if row not in PRINTED and row.endpoint != "static"]


@dataclass(frozen=True)
class Town:
    """The app with a world in it: a visitor for nobody and each role, and the numbers of what lies elsewhere."""

    app: Flask
    visitors: dict[str, Visitor]
    numbers: dict[str, int | str]

    def address(self, endpoint: str) -> str:
        """Give the address of a route with the numbers of what lies elsewhere."""
        rule = next(self.app.url_map.iter_rules(endpoint))
        package = endpoint.partition(".")[0]
        values = {name: self.numbers.get(f"{package}.{name}", self.numbers.get(name)) for name in rule.arguments}
        assert None not in values.values(), f"{endpoint} asks for {sorted(rule.arguments)}: name them in _numbers()"
        with self.app.test_request_context():
            return url_for(endpoint, **values)

    def status(self, who: str, row: Row) -> tuple[int, str]:
        """Call a route; give the status and where it sends to."""
        send = self.visitors[who].get if "GET" in row.methods else self.visitors[who].post
        answer = send(self.address(row.endpoint))
        answer.close()
        return answer.status_code, answer.headers.get("Location", "")


@pytest.fixture(scope="module")
def town(sqlite_source, tmp_path_factory) -> Iterator[Town]:
    """Play a project's life elsewhere, and bring in one person of each role who has no part in it."""
    with pytest.MonkeyPatch.context() as patch, sqlite_source.built() as url:
        for name in ("_reactions", "_providers"):
            patch.setattr(wiring, name, dict(getattr(wiring, name)))
        for name in ("engine", "writer", "before_commit"):
            patch.setattr(work._bound, name, getattr(work._bound, name))
        with running_app(url, tmp_path_factory.mktemp("access")) as app:
            things = _play_elsewhere()
            with unit_of_work() as session:
                logins = _people(session)
            with reading_session() as session:
                numbers = _numbers(session, things)
            visitors = {role.value: Visitor(app, login) for role, login in logins.items()}
            yield Town(app, visitors | {NOBODY: Visitor(app)}, numbers)


def _play_elsewhere() -> dict[tuple[str, str], int]:
    from fundapp.stories.engine import World, play
    from fundapp.stories.rules import parse
    from fundapp.stories.running import load_deeds

    load_deeds()
    today = local_date(datetime.now(UTC))
    world = World(today)
    story = parse((HERE / "elsewhere.toml").read_text("utf-8"), "elsewhere.toml", today)
    assert play(story, world) is None
    return world.things


def _people(session: Session) -> dict[Role, str]:
    here = make_place_tree(session, units=2, name="这里")
    where = {
        Role.STREET_OFFICER: here.street,
        Role.FOUNDATION_OFFICER: here.district,
        Role.FOUNDATION_APPROVER: here.district,
        Role.FOUNDATION_SUPERVISOR: here.district,
        Role.ADMINISTRATOR: here.district,
        Role.BUILDING_HEAD: here.buildings[0],
        Role.GROUP_MEMBER: here.compound,
    }
    logins = {Role.RESIDENT: make_account(session, make_resident(session, "这里居民", here.units[0]), "here-resident")}
    for role in Role:
        if role is not Role.RESIDENT:
            person = make_person(session, f"这里{role.value}", role, where.get(role, here.community))
            logins[role] = make_account(session, person, f"here-{role.value}")
    return logins


def _rounds(things: dict[tuple[str, str], int]) -> dict[str, int]:
    """Number the rounds of each package that has pages of them."""
    asked = {f"{name}.round_id": things["consent_round", "round"] for name in ("consent", "answering", "collecting")}
    vote = things["vote_round", "vote-community"]
    votes = {"voting.round_id": vote, "voting.cycle_id": things["vote_cycle", "vote"]}
    named = votes | {"council.round_id": vote, "override_id": vote, "leave_id": vote}
    return asked | named | {"kiosk_id": things["vote_kiosk", "hall"]}


def _councils(things: dict[tuple[str, str], int]) -> dict[str, int]:
    """Number the body, its session, a draw and an amendment."""
    found = {"body_id": things["council_body", "council"], "session_id": things["council_session", "session"]}
    return found | {
        "lot_id": things["council_lot", "lot"],
        "motion_id": things["council_motion", "change"],
        "key": "x",
        "point_id": 1,
    }


def _matching(things: dict[tuple[str, str], int]) -> dict[str, int]:
    """Number the claim, the round and its plan, a move along the tree of pools and a use of a share."""
    shared = {"matching.round_id": things["match_round", "shared"], "plan_id": things["match_plan", "shared"]}
    tree = {"move_id": things["pool_move", "move"], "use_id": things["share_use", "use"]}
    tree["request_id"] = things["subsidy", "street"]
    return shared | tree | {"claim_id": things["claim", "claim"]}


def _raising(session: Session, things: dict[tuple[str, str], int]) -> dict[str, int]:
    """Number the first receipt that was written elsewhere, and what else was recorded beside it."""
    row = session.scalars(select(Contribution).order_by(Contribution.id)).first()
    assert row is not None
    told = {"pledge": "pledge", "refund": "back", "count": "count", "advance": "lent", "repayment": "paid-back"}
    told["release"] = "less-paint"
    numbers = {f"{kind}_id": things[kind, handle] for kind, handle in told.items()}
    numbers["fund_id"] = 1
    numbers |= {"fundraising.book_id": row.book_id, "fundraising.help_id": things["help", "cement"]}
    return numbers | {"year": row.receipt_year, "number": row.receipt_no}


def _numbers(session: Session, things: dict[tuple[str, str], int]) -> dict[str, int | str]:
    """Number what the addresses name; ``package.argument`` goes before ``argument``."""
    worker, lead = things["person", "worker"], things["person", "lead"]

    def first(column, *conditions):
        found = session.scalar(select(column).where(*conditions).order_by(column).limit(1))
        assert found is not None, f"nothing elsewhere has a {column}"
        return found

    return {
        "project_id": things["project", "bench"],
        **dict.fromkeys(("projects.project_id", "desk.project_id"), things["project", "secret"]),
        **_rounds(things),
        "link_id": things["project_link", "link"],
        **{"token": "nobodys-slip", "help_id": 1, "message_id": first(NotifyMessage.id)},
        **{"notice_id": first(PublicityNotice.id), "objection_id": things["objection", "objection"]},
        "questionnaire_id": things["questionnaire", "asked"],
        "sheet_id": draft_by_hand(worker, things["programme", "programme"], things["place", "community"]),
        **{"answer_id": first(ConsentAnswer.id), "serial": first(ConsentPaper.serial)},
        **_councils(things),
        **{"item_id": first(CouncilItem.id), "member_id": first(CouncilMember.id)},
        "contribution_id": first(Contribution.id),
        **{"expense_id": things["expense", "e1"], "correction_id": things["correction", "c2"]},
        "interest_id": things["interest", "owner"],
        **_matching(things),
        **(_raising(session, things) | _banking(things, first)),
        **{"programme_id": things["programme", "programme"], "version_id": first(PolicyVersion.id)},
        **dict.fromkeys(("compound_id", "place_id"), things["place", "yard"]),
        "trail.place_id": things["place", "community"],
        "unit_id": first(UnitBinding.unit_id, UnitBinding.person_id == lead),
        "person_id": worker,
        "grant_id": first(RoleGrant.id, RoleGrant.person_id == worker),
        "book_id": first(Book.id),
        **{"journal_id": first(Journal.id), "ledger.request_id": things["reversal", "wrong"]},
        "upload_id": _upload(worker, things["place", "yard"]),
        "walk_id": _walk(session, worker, things["consent_round", "round"]),
        "group_id": _group(worker, things["place", "yard"]),
        "public_id": first(Attachment.public_id, Attachment.audience != "public"),
        "name": "projects",
    }


def _banking(things: dict[tuple[str, str], int], first: Any) -> dict[str, int | str]:
    """Number the bank account of elsewhere with a line, a match, a paper and a file that waits."""
    from fundapp.banking.commands import KeepFile, keep_file
    from fundapp.banking.models import BankLine, BankMatch
    from fundapp.people.queries import actor_of

    account, officer = things["bank_account", "bank"], things["person", "officer"]
    with unit_of_work() as session:
        now = datetime.now(UTC)
        cmd = KeepFile(account, "流水.csv", "日期,金额,余额\n2026-01-01,1.00,1.00\n".encode())
        upload = keep_file(session, actor_of(session, officer, now), cmd, SetClock(now)).id
    numbers = {"account_id": account, "upload_id": upload, "paper_id": things["reconciliation", "paper"]}
    numbers |= {"closing_id": things["month_closing", "closed"], "transfer_id": things["bank_transfer", "moved"]}
    numbers |= {"line_id": first(BankLine.id), "match_id": first(BankMatch.id), "book_id": _book_of(account)}
    told: dict[str, int | str] = {f"banking.{name}": number for name, number in numbers.items()}
    told |= {"reports.name": "trial", "reports.account_id": first(LedgerAccount.id)}
    return told | {"reports.gift_id": first(PoolFunding.id)}


def _book_of(account_id: int) -> int:
    from fundapp.banking.models import BankAccount

    with reading_session() as session:
        return session.get_one(BankAccount, account_id).book_id


def _deeds() -> int:
    from fundapp.audit.models import AuditEntry

    with reading_session() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def _upload(worker: int, compound_id: int) -> int:
    from fundapp.people.queries import actor_of
    from fundapp.rosters.commands import KeepUpload, keep_upload

    with unit_of_work() as session:
        now = datetime.now(UTC)
        cmd = KeepUpload(compound_id, "名册.csv", UPLOAD)
        return keep_upload(session, actor_of(session, worker, now), cmd, SetClock(now)).id


def _group(worker: int, compound_id: int) -> int:
    from fundapp.people.queries import actor_of
    from fundapp.places.commands import GroupKind, MakeGroup, make_group

    with unit_of_work() as session:
        now = datetime.now(UTC)
        cmd = MakeGroup(compound_id, GroupKind.TEN, "第一组")
        return make_group(session, actor_of(session, worker, now), cmd, SetClock(now)).id


def _walk(session: Session, worker: int, round_id: int) -> int:
    """Send the worker of elsewhere to a building of her round, which has ended by now: by plain rows."""
    from fundapp.consent.models import ConsentRound
    from fundapp.places.models import Unit
    from fundapp.rosters.models import SnapshotUnit

    round_ = session.get_one(ConsentRound, round_id)
    building = session.scalar(
        select(Unit.building_id)
        .join(SnapshotUnit, SnapshotUnit.unit_id == Unit.id)
        .where(SnapshotUnit.snapshot_id == round_.snapshot_id)
        .limit(1)
    )
    with unit_of_work() as work_:
        walk = Walk(
            round_id=round_id, building_id=building, person_id=worker, assigned_by_id=worker, starts_at=round_.opens_at
        )
        work_.add(walk)
        work_.flush()
        return walk.id


def test_the_table_lists_exactly_the_routes_that_there_are(town):
    """A new route without a row fails here, and so does a row whose route is gone."""
    routes: dict[str, set[str]] = {}
    for rule in town.app.url_map.iter_rules():
        routes.setdefault(rule.endpoint, set()).update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    assert {row.endpoint: row.methods for row in ROWS} == routes
    assert [row.endpoint for row in ROWS] == sorted(routes)


def test_every_view_declares_what_its_row_says(town):
    """The declaration that the gate reads is the one that was reviewed."""
    declared = {row.endpoint: town.app.view_functions[row.endpoint].may_enter for row in ROWS}
    assert declared == {row.endpoint: row.may_enter for row in ROWS}


@pytest.mark.parametrize("row", PAGES, ids=lambda row: row.endpoint)
def test_who_has_not_signed_in_sees_public_pages_only(town, row):
    """Everything that is not public asks for a sign-in and shows nothing."""
    status, onward = town.status(NOBODY, row)
    if row.who == "public":
        assert status in WANTED[row.elsewhere]
        assert not onward.startswith("/sign-in")
    else:
        assert status == 303
        assert onward.startswith("/sign-in")


@pytest.mark.parametrize("who", [role.value for role in Role])
def test_a_role_opens_its_own_pages_and_nothing_of_another_district(town, who):
    """The wrong role is told that there is nothing; the right role of elsewhere too, where something is not hers."""
    wrong, before = [], _deeds()
    for row in PAGES:
        if row.endpoint == "people.sign_out":
            continue
        status, _onward = town.status(who, row)
        wanted = {404} if not row.admits(who) else WANTED[row.elsewhere]
        if status not in wanted:
            wrong.append(f"{row.endpoint} answers {status}, not {sorted(wanted)}")
    assert wrong == [], "; ".join(wrong)
    assert _deeds() == before, "somebody of elsewhere did something"


@pytest.mark.pdf
@pytest.mark.parametrize("row", PRINTED, ids=lambda row: row.endpoint)
def test_printed_pages_of_what_is_public_are_public(town, row):
    """A notice can be printed by whoever can read it."""
    assert town.status(NOBODY, row)[0] == 200
