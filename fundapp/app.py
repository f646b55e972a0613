"""Puts the house together: packages, blueprints, reactions, providers, sentences, checks."""

import importlib
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from flask import Flask, g, request
from flask_login import LoginManager, UserMixin, current_user
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix

from fundapp import noticed, tables
from fundapp.advances.queries import advances_of
from fundapp.answering.commands import end_codes, tell_household, tell_struck
from fundapp.answering.views.helping import running_help
from fundapp.audit.commands import seal
from fundapp.consent.commands import carry_out, void_round
from fundapp.consent.events import AnswerGiven, RoundVoided
from fundapp.consent.queries import asked_about
from fundapp.consent.queries import rounds_standing_on as consent_standing_on
from fundapp.council.commands import apply_result, move_in_outcome, release_from_round, take_into_round
from fundapp.council.queries import in_reserve, programme_facts, programmes_of_worker, round_options
from fundapp.db.checking import Check
from fundapp.db.clock import DatabaseClock
from fundapp.db.crypt import bind_data_key
from fundapp.db.home import home
from fundapp.db.wiring import wire
from fundapp.db.work import after_commit, bind
from fundapp.delivery.queries import work_of
from fundapp.files import storage
from fundapp.fundraising.queries import money_waits, what_speaks_against_editing
from fundapp.kernel.actor import NOBODY, Actor
from fundapp.ledger.texts import audit_words
from fundapp.ledger.views import failing_audit
from fundapp.matching.commands import first_funding
from fundapp.matching.queries import granted, what_speaks_against_refunds
from fundapp.notify.views import unread
from fundapp.people.answers import staff_in_words
from fundapp.people.commands import give_maker_her_district
from fundapp.people.events import HouseholdLeft, SignInsEnd
from fundapp.people.queries import active_actor
from fundapp.places.events import PlaceMade
from fundapp.places.queries import path_of
from fundapp.policy_parts import check_policy_part
from fundapp.pools.queries import rests_on_share, used_on
from fundapp.procurement.insiders import suppliers_of
from fundapp.procurement.queries import has_supplier
from fundapp.programmes.events import ProgrammeOpened
from fundapp.projects.events import ProjectMaterialEdit
from fundapp.projects.links import rivals_of
from fundapp.publicity.events import ObjectionAnswered
from fundapp.settings import Settings
from fundapp.trail.queries import help_of_programme, sources_of_programme
from fundapp.voting.commands import carry_out as carry_out_of_vote
from fundapp.voting.commands import end_codes as end_vote_codes
from fundapp.voting.events import OutcomeBound as VoteBound
from fundapp.voting.events import OutcomeMoved as VoteMoved
from fundapp.voting.events import RoundOpened as VoteRoundOpened
from fundapp.voting.events import RoundVoided as VoteRoundVoided
from fundapp.voting.queries import rounds_standing_on as votes_standing_on
from fundapp.web.clock import clock
from fundapp.web.compress import compress_answers
from fundapp.web.database import database, reading
from fundapp.web.errors import handle_errors
from fundapp.web.files import asset
from fundapp.web.filters import FILTERS
from fundapp.web.gate import guard_app
from fundapp.web.kept import keep_pages
from fundapp.web.language import speak
from fundapp.web.refusals import learn
from fundapp.web.security import secure_answers
from fundapp.web.sessions import ServerSessions, end_all_sessions
from fundapp.web.side import side_engine
from fundapp.web.views import bp as web_bp

UPLOAD_LIMIT = 24 * 1024 * 1024


def create_app(settings: Settings) -> Flask:
    """Make the application for *settings* and bind this process to its database."""
    app = Flask("fundapp", static_folder=str(home("static")), template_folder=str(home("templates")))
    _configure(app, settings)
    _connect(app, settings)
    _speak(app, settings)
    _enter(app, settings)
    return app


def let_go(app: Flask) -> None:
    """Close the database connections of *app*: for a command that made it and goes on."""
    with app.app_context():
        database.session.remove()
        database.engine.dispose()
    app.extensions["side_engine"].dispose()


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MAX_CONTENT_LENGTH=UPLOAD_LIMIT,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        TRUSTED_HOSTS=list(settings.trusted_hosts),
        TESTING=settings.testing,
        BABEL_DEFAULT_LOCALE="zh",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,  # it would read the library's words anew for every form
        WTF_CSRF_SSL_STRICT=settings.production,
    )
    app.extensions["settings"] = settings
    app.extensions["clock"] = DatabaseClock()
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxy_hops, x_proto=settings.proxy_hops)  # type: ignore[method-assign]


def _connect(app: Flask, settings: Settings) -> None:
    bind_data_key(settings.data_keys)
    database.init_app(app)
    with app.app_context():
        bind(database.engine, before_commit=(seal,))
    storage.bind(settings.instance / "files")
    app.extensions["side_engine"] = side_engine(settings.side_url)
    app.session_interface = ServerSessions(app.extensions["side_engine"], secure=settings.production)


def _speak(app: Flask, settings: Settings) -> None:
    speak(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(asset=asset)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    learn(*(module.REFUSALS for module in _modules("texts") if hasattr(module, "REFUSALS")))
    reactions, providers = _wiring(app)
    wire(reactions, providers)

    @app.context_processor
    def everywhere() -> dict[str, Any]:
        return {
            "actor": g.get("actor", NOBODY),
            "site_name": settings.site_name,
            "demo": settings.demo,
            "unread": unread,
            "helping": running_help,
            "failing_audit": failing_audit,
            "audit_words": audit_words,
            "big": request.cookies.get("fundapp_big") == "1",
        }


def _wiring(app: Flask) -> tuple[dict[type, list[Any]], dict[str, Any]]:
    """Write out what points upward."""
    reactions: dict[type, list[Any]] = {
        PlaceMade: [give_maker_her_district],
        SignInsEnd: [partial(_end_sign_ins, app.extensions["side_engine"])],
        ProgrammeOpened: [first_funding],
        HouseholdLeft: [end_codes, end_vote_codes],
        AnswerGiven: [tell_household],
        RoundVoided: [tell_struck],
        ProjectMaterialEdit: [_ask_again],
        ObjectionAnswered: [carry_out, carry_out_of_vote],
        VoteRoundOpened: [take_into_round],
        VoteBound: [apply_result],
        VoteMoved: [move_in_outcome],
        VoteRoundVoided: [release_from_round],
    }
    providers: dict[str, Any] = {
        "places.path_of": path_of,
        "people.staff_at": staff_in_words,
        "programmes.check_part": check_policy_part,
        "programmes.sources": sources_of_programme,
        "programmes.helped": help_of_programme,
        "matching.work_of": work_of,
        "projects.suppliers": suppliers_of,
        "matching.given_otherwise": used_on,
        "publicity.about": noticed.about,
        "publicity.may_see": noticed.may_see,
        "publicity.nameable": noticed.nameable,
        "publicity.parties": noticed.parties,
        "projects.asked": asked_about,
        "rosters.rounds_standing_on": _rounds_standing_on,
        "projects.what_speaks_against_editing": what_speaks_against_editing,
        "custody.money_waits": money_waits,
        "fundraising.granted": granted,
        "fundraising.advances": advances_of,
        "fundraising.what_speaks_against_refunds": what_speaks_against_refunds,
    }
    return reactions, providers | _asked_by_votes()


def _asked_by_votes() -> dict[str, Any]:
    return {
        "voting.programme": programme_facts,
        "voting.programmes": programmes_of_worker,
        "voting.options": round_options,
        "voting.in_reserve": in_reserve,
        "voting.rivals": rivals_of,
        "voting.against_leaving": against_leaving,
    }


def _ask_again(session: Session, event: ProjectMaterialEdit) -> None:
    void_round(session, event.project_id, event.person_id, event.reason, event.at)


def against_leaving(session: Session, project_id: int) -> str | None:
    """Name what speaks against a project's falling out of a bound vote (refusal code): money, or a supplier."""
    rests = what_speaks_against_refunds(session, project_id) or rests_on_share(session, project_id)
    return "voting.money_rests_on_it" if rests or has_supplier(session, project_id) else None


def _rounds_standing_on(session: Session, unit_ids: list[int]) -> list[str]:
    return [*consent_standing_on(session, unit_ids), *votes_standing_on(session, unit_ids)]


def _end_sign_ins(side: Engine, session: Session, event: SignInsEnd) -> None:
    after_commit(session, partial(end_all_sessions, side, event.person_id))


def _enter(app: Flask, settings: Settings) -> None:
    csrf = CSRFProtect(app)
    login: Any = LoginManager(app)
    login.session_protection = None  # the session lives on the server

    @login.user_loader
    def load(person_id: str) -> UserMixin | None:
        session = reading()
        actor = active_actor(session, int(person_id), clock().now(session))
        return SignedIn(actor) if actor else None

    app.register_blueprint(web_bp)
    for module in _modules("views"):
        app.register_blueprint(module.bp)
    csrf.exempt("fundapp.web.views.display")
    keep_pages(app)
    compress_answers(app)
    secure_answers(app, https=settings.production)
    handle_errors(app)
    guard_app(app, _load_actor)


class SignedIn(UserMixin):
    """What Flask-Login keeps: who has signed in, with the roles and households of this moment."""

    def __init__(self, actor: Actor) -> None:
        self.id = str(actor.person_id)
        self.actor = actor


def _load_actor() -> Actor:
    who: Any = current_user
    actor: Actor = who.actor if who.is_authenticated else NOBODY
    return actor


def check_list() -> list[Check]:
    """List the checks of every package."""
    return [check for module in _modules("checks") for check in module.CHECKS]


def _modules(kind: str) -> list[ModuleType]:
    """Import ``fundapp.<package>.<kind>`` of every package that has one, in the order of their names."""
    here = Path(tables.__file__).parent
    files = (*here.glob(f"*/{kind}.py"), *here.glob(f"*/{kind}/__init__.py"))
    names = sorted({path.relative_to(here).parts[0] for path in files})
    return [importlib.import_module(f"fundapp.{name}.{kind}") for name in names if name != "web"]
