"""The data sets: each starts from what the public pages show."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from fundapp.consent.queries import bars
from fundapp.kernel.actor import NOBODY
from fundapp.kernel.clock import local_date
from fundapp.kernel.money import fen, yuan_text
from fundapp.ledger.queries import public_lines
from fundapp.matching.queries import queue_of
from fundapp.programmes.queries import list_programmes
from fundapp.projects.models import Project
from fundapp.projects.queries import project_row, select_projects, visible_to
from fundapp.trail.queries import sources_of
from fundapp.voting.after import Bound
from fundapp.voting.queries import (
    MoveRow,
    bound_of_round,
    candidates_of,
    closed_turnouts,
    computed_of_round,
    ends_of,
    moves_of,
    overrides_of,
    published_rounds,
)
from fundapp.voting.rounds import instant_text
from fundapp.web.spreadsheet import Cell

Rows = list[Sequence[Cell]]
MOST = 10_000
PROJECT_HEAD = (
    "id", "title", "stage", "place", "kind", "theme", "budget_yuan", "beneficiaries", "version", "households",
    "agree", "oppose", "abstain", "needed", "foundation_yuan", "street_yuan", "residents_yuan", "donors_yuan",
    "invented",
)  # fmt: skip
LEDGER_HEAD = ("id", "date", "holder", "purpose", "amount_yuan", "flow_yuan", "subject", "reverses", "hash")
VOTE_HEAD = (
    "round", "round_title", "project", "title", "cost_yuan", "selected_by_count", "selected", "rank_by_count", "rank",
    "state", "decided_otherwise", "moved",
)  # fmt: skip
AWARD_HEAD = ("programme", "ticket", "project", "matchable_yuan", "givers", "entitled_yuan", "granted_yuan", "state")
TURNOUT_HEAD = ("round", "title", "place", "closed", "households", "channel", "voted")


def projects(session: Session, now: datetime) -> Rows:
    """Give the public projects with consent and money."""
    query = select_projects().where(visible_to(NOBODY)).order_by(Project.id.desc()).limit(MOST)
    found = [project_row(*row) for row in session.execute(query)]
    ids = [row.id for row in found]
    consent, money = bars(session, ids, now), sources_of(session, ids)
    rows: Rows = []
    for p in found:
        bar = consent.get(p.id)
        said = (bar.households, bar.agree, bar.oppose, bar.abstain, bar.needed) if bar else (None,) * 5
        amounts = [yuan_text(amount) for amount in money[p.id].amounts.values()]
        rows.append(
            (
                p.id,
                p.title,
                p.stage.value,
                p.place_name,
                p.kind.value if p.kind else None,
                p.theme.value if p.theme else None,
                yuan_text(fen(p.budget)) if p.budget else None,
                p.beneficiaries,
                p.version,
                *said,
                *amounts,
                int(p.invented),
            )
        )
    return rows


def ledger(session: Session, now: datetime) -> Rows:
    """Give the public ledger, the newest line first."""
    return [
        (
            line.journal_id,
            line.event_date.isoformat(),
            line.holder_name,
            line.purpose,
            yuan_text(line.amount_fen),
            yuan_text(line.flow_fen),
            line.subject,
            line.reverses_id,
            line.hash,
        )
        for line in public_lines(session, limit=MOST)
    ]


def awards(session: Session, now: datetime) -> Rows:
    """Give every ticket of every pool."""
    rows: Rows = []
    for programme in list_programmes(session):
        for c in queue_of(session, programme.id):
            state = "refused" if c.refused else "approved" if c.approved else "open"
            amounts = [yuan_text(fen(a)) for a in (c.matchable, c.entitled, c.granted)]
            rows.append((programme.id, c.ticket, c.project_id, amounts[0], c.givers, amounts[1], amounts[2], state))
    return rows


def turnout(session: Session, now: datetime) -> Rows:
    """Give the turnout of every closed round by channel; what is told together is called merged."""
    return [
        (
            one.round_id,
            one.title,
            one.place_name,
            local_date(one.closed_at).isoformat(),
            one.households,
            channel.value if channel else "merged",
            count,
        )
        for one in closed_turnouts(session, now, MOST)
        for channel, count in one.channels.items()
    ]


@dataclass(frozen=True)
class DataSet:
    """A data set: its columns and where its rows come from."""

    head: Sequence[str]
    rows: Callable[[Session, datetime], Rows]


def votes(session: Session, now: datetime) -> Rows:
    """Give every project of the published rounds: as computed, as a body decided, as it binds, and who moved since."""
    del now  # a result is published once, after the close
    rows: Rows = []
    for round_id, title in published_rounds(session)[:MOST]:
        computed, binds = computed_of_round(session, round_id), bound_of_round(session, round_id)
        bound, fell = ends_of(session, round_id)
        state = "void" if fell else "bound" if bound else "notice"
        decided = "; ".join(f"{row.body}: {row.reason}" for row in overrides_of(session, round_id) if row.signed_at)
        moved = {row.project_id: _moved(row) for row in moves_of(session, round_id)}  # the last one holds
        for one in candidates_of(session, round_id):
            number, cost = one.project_id, yuan_text(fen(one.cost_fen))
            told = (int(number in computed.selected), int(number in binds.selected))
            ranks = (_rank(computed, number), _rank(binds, number))
            rows.append(
                (round_id, title, number, one.title, cost, *told, *ranks, state, decided, moved.get(number, ""))
            )
    return rows


def _moved(row: MoveRow) -> str:
    return f"entered {instant_text(row.at)}" if row.enters else f"left {instant_text(row.at)}: {row.reason}"


def _rank(bound: Bound, project_id: int) -> int:
    return (bound.selected if project_id in bound.selected else bound.reserve).index(project_id) + 1


SETS: dict[str, DataSet] = {
    "projects": DataSet(PROJECT_HEAD, projects),
    "ledger": DataSet(LEDGER_HEAD, ledger),
    "awards": DataSet(AWARD_HEAD, awards),
    "turnout": DataSet(TURNOUT_HEAD, turnout),
    "votes": DataSet(VOTE_HEAD, votes),
}


def package() -> dict[str, Any]:
    """Describe the data sets in the Frictionless form."""
    resources = [
        {"name": name, "path": f"{name}.csv", "schema": {"fields": [{"name": column} for column in one.head]}}
        for name, one in SETS.items()
    ]
    return {"name": "fundapp", "resources": resources}
