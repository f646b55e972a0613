"""Proposals, their first check, their group."""

from typing import Any

from sqlalchemy import select

from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import fen_of_text, from_fen
from fundapp.people.models import Account
from fundapp.projects.commands import (
    AnswerLink,
    BeginProposal,
    CheckProposal,
    FormGroup,
    LinkProjects,
    SubmitProposal,
    answer_link,
    begin_proposal,
    check_proposal,
    form_group,
    link_projects,
    submit_proposal,
    withdraw,
)
from fundapp.projects.linking import LinkKind, LinkStep
from fundapp.projects.links import link_of
from fundapp.projects.rules import CostItem, Finding, Kind, ProposalText, Theme, content_hash, content_of
from fundapp.projects.sharing import SharedSum, Sharing
from fundapp.stories.engine import Facts, Scene, deed

TEXT_FIELDS = "title why location kind theme beneficiaries origin payers lines sharing sharing_amount sharing_buildings"


def _text(scene: Scene) -> ProposalText:
    fields = scene.fields
    return ProposalText(
        title=fields.text("title"),
        why=fields.text("why"),
        location=fields.text("location"),
        kind=fields.choice("kind", Kind),
        theme=fields.choice("theme", Theme),
        beneficiaries=fields.whole("beneficiaries"),
        origin=fields.text("origin"),
        payers=fields.text("payers"),
        lines=tuple(_line(scene, row) for row in fields.listed("lines")),
        shared=_shared(scene),
    )


def _shared(scene: Scene) -> SharedSum | None:
    fields = scene.fields
    how, amount = fields.text("sharing", ""), fields.text("sharing_amount", "")
    buildings = tuple(str(name) for name in fields.listed("sharing_buildings", []))
    if not how and not amount and not buildings:
        return None
    where = f"{fields.where}, sharing"
    if how not in set(Sharing):
        raise BadInput(where, repr(how), ", ".join(Sharing))
    return SharedSum(Sharing(how), from_fen(fen_of_text(amount, f"{where}_amount")), buildings)


def _line(scene: Scene, row: Any) -> CostItem:
    where = f"{scene.fields.where}, lines"
    if not isinstance(row, dict) or set(row) != {"name", "amount"}:
        raise BadInput(where, repr(row), '{name = "…", amount = "100.00"}')
    return CostItem(str(row["name"]), from_fen(fen_of_text(row["amount"], where)))


@deed("projects.propose", f"compound programme {TEXT_FIELDS} invented")
def projects_propose(scene: Scene) -> Facts:
    """Propose and submit.

    Fields: compound, programme, title, why, location, kind, theme, beneficiaries, origin, payers, lines
    ([{name, amount}]), sharing (equal, area, floor), sharing_amount, sharing_buildings, invented.
    """
    text, invented = _text(scene), scene.fields.yes("invented", False)
    place, programme = scene.thing("place", "compound"), scene.thing("programme")
    begun = begin_proposal(
        scene.session, scene.actor, BeginProposal(place, text.title, programme, invented), scene.clock
    )
    made = submit_proposal(scene.session, scene.actor, SubmitProposal(begun.id, text), scene.clock)
    scene.make("project", made.id)
    return {"stage": made.stage.value, "version": made.version}


@deed("projects.edit", f"project {TEXT_FIELDS} warned")
def projects_edit(scene: Scene) -> Facts:
    """Submit a changed text. Fields: project, and all of the text as in projects.propose; warned."""
    project, text = scene.thing("project"), _text(scene)
    warned = content_hash(content_of(text)) if scene.fields.yes("warned", False) else ""
    made = submit_proposal(scene.session, scene.actor, SubmitProposal(project, text, warned=warned), scene.clock)
    return {"stage": made.stage.value, "version": made.version}


@deed("projects.withdraw", "project reason")
def projects_withdraw(scene: Scene) -> Facts:
    """Withdraw a proposal. Fields: project, reason."""
    project, reason = scene.thing("project"), scene.fields.text("reason", "")
    return {"stage": withdraw(scene.session, scene.actor, project, scene.clock, reason).stage.value}


@deed("projects.check", "project finding reason")
def projects_check(scene: Scene) -> Facts:
    """Check a proposal. Fields: project, finding (pass, return, reject), reason."""
    cmd = CheckProposal(
        scene.thing("project"), scene.fields.choice("finding", Finding), scene.fields.text("reason", "")
    )
    return {"stage": check_proposal(scene.session, scene.actor, cmd, scene.clock).stage.value}


@deed("projects.group", "project lead treasurer members supervisors")
def projects_group(scene: Scene) -> Facts:
    """Name the project group. Fields: project, lead, treasurer, members ([handles]), supervisors ([handles])."""
    fields = scene.fields
    cmd = FormGroup(
        scene.thing("project"),
        _login(scene, fields.text("lead")),
        _login(scene, fields.text("treasurer")),
        tuple(_login(scene, str(handle)) for handle in fields.listed("members", [])),
        tuple(_login(scene, str(handle)) for handle in fields.listed("supervisors")),
    )
    return {"people": len(form_group(scene.session, scene.actor, cmd, scene.clock))}


@deed("projects.link", "project other kind reason")
def projects_link(scene: Scene) -> Facts:
    """Link two projects. Fields: project, other, kind (duplicate, rivals), reason."""
    fields = scene.fields
    cmd = LinkProjects(
        scene.thing("project"), scene.thing("project", "other"), fields.choice("kind", LinkKind), fields.text("reason")
    )
    made = link_projects(scene.session, scene.actor, cmd, scene.clock)
    scene.make("project_link", made.id)
    return {"state": link_of(scene.session, made.id)[1].value}


@deed("projects.answer_link", "link step reason")
def projects_answer_link(scene: Scene) -> Facts:
    """Answer a link or end it. Fields: link, step (stands, declined, withdrawn, ended), reason."""
    cmd = AnswerLink(
        scene.thing("project_link", "link"), scene.fields.choice("step", LinkStep), scene.fields.text("reason", "")
    )
    return {"state": answer_link(scene.session, scene.actor, cmd, scene.clock).value}


def _login(scene: Scene, handle: str) -> str:
    person = scene.world.named("person", handle, scene.fields.where)
    return scene.session.scalar(select(Account.login).where(Account.person_id == person)) or ""
