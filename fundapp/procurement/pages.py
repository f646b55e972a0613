"""What pages say of related suppliers and payees: who may not be chosen or paid, and why."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused
from fundapp.procurement.insiders import why_blocked
from fundapp.procurement.queries import QuoteRow, quotes_of
from fundapp.projects.queries import ProjectRow
from fundapp.web.refusals import sentence


def blocked_quotes(
    session: Session, actor: Actor, project: ProjectRow, clock: Clock
) -> tuple[list[QuoteRow], list[str]]:
    """Give the quotes that may be chosen, and for each other one why it may not, with what to do instead."""
    quotes, now = [one for one in quotes_of(session, project.id) if not one.ended_at], clock.now(session)
    why = why_blocked(session, actor, project, [one.counterparty_id for one in quotes], now)
    blocked = [_said(one.supplier, why[one.counterparty_id]) for one in quotes if one.counterparty_id in why]
    if blocked:
        blocked.append(_("请在其余报价里选；没有能选的，请再登记没有关联的供应商的报价。"))
    return [one for one in quotes if one.counterparty_id not in why], blocked


def blocked_payee(
    session: Session, actor: Actor, project: ProjectRow, payee: tuple[int, str], now: datetime
) -> list[str]:
    """Say why a payee (number and name) may not be paid, where that is so."""
    number, name = payee
    return [_said(name, who) for who in why_blocked(session, actor, project, [number], now).values()]


def _said(name: str, who: str) -> str:
    return sentence(Refused("parties.related", name=name, who=who))
