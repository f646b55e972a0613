"""A neighbourhood of any size for the benches: made-up rows, and one open round with signed-in voters."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from fundapp.app import create_app
from fundapp.consent.commands import OpenRound as AskHouseholds
from fundapp.consent.commands import open_round as open_round_of_consent
from fundapp.db.engine import tuned_engine
from fundapp.db.schema import build as migrate
from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.clock import SetClock
from fundapp.kernel.money import from_fen
from fundapp.people.models import Account
from fundapp.people.rules import hash_password
from fundapp.programmes.models import Programme
from fundapp.projects.commands import (
    BeginProposal,
    CheckProposal,
    SubmitProposal,
    begin_proposal,
    check_proposal,
    move_on,
    submit_proposal,
)
from fundapp.projects.rules import Finding, Stage
from fundapp.settings import Settings
from fundapp.voting.commands import DraftRound, OpenRound, SetCandidates, draft_round, open_round, set_candidates
from fundapp.voting.models import VoteBallot
from fundapp.web.side import WebSession
from tests.support import world


@dataclass
class Made:
    """What the bench asks for: a project's number, the round, its candidates, and voters (cookie, token, household).

    ``asked`` is an open round of consent with the fingerprint of the text that its households confirm.
    """

    project_id: int
    round_id: int
    candidates: list[int]
    voters: list[tuple[str, str, int]]
    asked: tuple[int, str] = (0, "")


def many_projects(session: Session, places: world.PlaceTree, programme: Programme, count: int) -> list[int]:
    """Propose and pass many projects."""
    proposer = world.make_resident(session, "李提案", places.units[0])
    checker = world.make_person(session, "赵初审", Role.WORKER, places.community)
    numbers = []
    for number in range(count):
        text = world.make_text(f"第{number}件小实事")
        begun = begin_proposal(session, proposer, BeginProposal(places.compound, text.title, programme.id), world.CLOCK)
        submit_proposal(session, proposer, SubmitProposal(begun.id, text), world.CLOCK)
        check_proposal(session, checker, CheckProposal(begun.id, Finding.PASS), world.CLOCK)
        numbers.append(begun.id)
    return numbers


def open_vote(
    session: Session, worker: Actor, places: world.PlaceTree, programme: Programme, now: datetime, until: timedelta
) -> tuple[int, list[int]]:
    """Open a round among three projects that households agreed to."""
    clock = SetClock(now)
    ids = many_projects(session, places, programme, 3)
    for project_id in ids:
        for stage in (Stage.CONSENTING, Stage.CONSENTED):
            move_on(session, worker, project_id, stage, now)
    draft = DraftRound(programme.id, places.community, "一轮表决", now, now + until, from_fen(5000000))
    made = draft_round(session, worker, draft, clock)
    set_candidates(session, worker, SetCandidates(made.id, tuple(ids)), clock)
    open_round(session, worker, OpenRound(made.id), clock)
    return made.id, ids


def open_asking(
    session: Session, worker: Actor, places: world.PlaceTree, programme: Programme, now: datetime
) -> tuple[int, str]:
    """Open a round of consent over the whole compound; give its number and the fingerprint of its text."""
    project_id = many_projects(session, places, programme, 1)[0]
    opened = open_round_of_consent(session, worker, AskHouseholds(project_id), SetClock(now))
    return opened.id, opened.version_hash


def ballots_in(url: str, round_id: int) -> int:
    """Count the ballots of a round that a server kept."""
    with tuned_engine(url).connect() as connection:
        query = select(func.count()).select_from(VoteBallot).where(VoteBallot.round_id == round_id)
        return connection.execute(query).scalar_one()


def build(instance: Path, projects: int, voters: int, until: timedelta, url: str = "") -> Made:
    """Fill a fresh SQLite database in *instance*, or the one at *url*."""
    instance.mkdir(parents=True)
    named = {"FUNDAPP_DATABASE_URL": url} if url else {}
    settings = Settings.from_environment({"FUNDAPP_INSTANCE": str(instance), **named})
    migrate(settings.database_url)
    app = create_app(settings)
    with unit_of_work() as session:
        places = world.make_place_tree(session, units=max(voters, 20))
        worker = world.make_person(session, "王社工", Role.WORKER, places.community)
        programme = world.make_programme(session, places.street)
        made = many_projects(session, places, programme, projects)
    if not voters:
        return Made(made[-1], 0, [], [])
    now = datetime.now(UTC)
    with unit_of_work() as session:
        round_id, candidates = open_vote(session, worker, places, programme, now, until)
        asked = open_asking(session, worker, places, programme, now)
    with unit_of_work() as session:
        residents = [
            (world.make_resident(session, f"住户{n}", unit), unit) for n, unit in enumerate(places.units[:voters])
        ]
        password = hash_password(world.PASSWORD)  # one for all: who signs in with it is not what is measured
        session.add_all(
            Account(person_id=actor.person_id, login=f"voter{unit}", active=True, password_hash=password)
            for actor, unit in residents
        )
    signed = sign_in(app, settings.secret_key, residents, now)
    return Made(made[-1], round_id, candidates, signed, asked)


def sign_in(app: Flask, secret: str, residents: list[tuple[Actor, int]], now: datetime) -> list[tuple[str, str, int]]:
    """Give each resident a session; tell its cookie, the token of its forms, and the household."""
    signer = URLSafeTimedSerializer(secret, salt="wtf-csrf-token")
    signed = []
    with Session(app.extensions["side_engine"].execution_options(writes=True)) as store:
        for actor, unit in residents:
            cookie, raw = secrets.token_urlsafe(32), hashlib.sha1(secrets.token_bytes(64)).hexdigest()
            values = {"_user_id": str(actor.person_id), "_fresh": True, "csrf_token": raw}
            store.add(
                WebSession(
                    token_hash=hashlib.sha256(cookie.encode()).hexdigest(), person_id=actor.person_id,
                    data=json.dumps(values), expires_at=now + timedelta(hours=12),
                )
            )  # fmt: skip
            signed.append((cookie, signer.dumps(raw), unit))
        store.commit()
    return signed
