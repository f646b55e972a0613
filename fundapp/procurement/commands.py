"""The deeds of procurement."""

from dataclasses import dataclass

from moneyed import Money
from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.db.once import done_before, own_key
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.kernel.money import fen
from fundapp.parties.commands import find_counterparty, know_counterparty
from fundapp.procurement.insiders import check_unrelated
from fundapp.procurement.models import Quote, SupplierChoice, SupplierEnd
from fundapp.procurement.policy import check_may_end, check_may_procure
from fundapp.procurement.queries import last_choice, quotes_of
from fundapp.procurement.rules import SHORTEST_REASON, Offer, quotes_needed, what_is_missing
from fundapp.programmes.queries import get_policy
from fundapp.projects.commands import lock_project, move_on
from fundapp.projects.queries import ProjectRow, get_project, tasks_of
from fundapp.projects.rules import Stage


@dataclass(frozen=True)
class NewQuote:
    """A quote as handed in; ``code``: the supplier's 统一社会信用代码, blank for a person and for who is known."""

    project_id: int
    op_key: str
    supplier: str
    amount: Money
    paper_id: int
    code: str = ""


def record_quote(session: Session, actor: Actor, cmd: NewQuote, clock: Clock) -> Quote:
    """Record a supplier's quote; each supplier quotes once.

    Raises:
        Forbidden, Refused: see :func:`fundapp.procurement.policy.check_may_procure`; ``procurement.twice``, or by
            :func:`fundapp.parties.commands.know_counterparty`.
    """
    lock_project(session, cmd.project_id)
    now = clock.now(session)
    known = find_counterparty(session, cmd.supplier, cmd.code, ("supplier", "code"))
    key, said = own_key(actor, cmd.op_key), {"supplier": cmd.supplier, "amount_fen": cmd.amount}
    standing = done_before(session, Quote, key, project_id=cmd.project_id, counterparty_id=known, **said)
    if standing is not None:
        return standing
    ended = last_choice(session, cmd.project_id)[1]
    check_may_procure(actor, get_project(session, cmd.project_id), tasks_of(session, cmd.project_id), ended)
    supplier_id = know_counterparty(session, actor, cmd.supplier, cmd.code, now, ("supplier", "code"))
    if any(row.counterparty_id == supplier_id for row in quotes_of(session, cmd.project_id)):
        raise Refused("procurement.twice", field="supplier")
    row = Quote(
        counterparty_id=supplier_id,
        project_id=cmd.project_id,
        op_key=key,
        **said,
        paper_id=cmd.paper_id,
        recorded_by_id=actor.person_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    record(session, actor, "procurement.quote", f"project:{cmd.project_id}", now, quote=row.id)
    return row


def choose_supplier(session: Session, actor: Actor, quote_id: int, reason: str, clock: Clock) -> SupplierChoice:
    """Choose a quote; work begins. A choice other than the lowest needs a reason, which is published.

    Where work with a supplier was ended, another is chosen; what it is compared with are all quotes but the ended.

    Raises:
        NotVisible: no such quote.
        Forbidden, Refused: the policy, ``procurement.chosen``, ``procurement.ended_before``, ``procurement.too_few``,
            ``procurement.dearer_needs_reason``, a related supplier (``parties.related``).
    """
    quote = session.get(Quote, quote_id)
    if quote is None:
        raise NotVisible
    lock_project(session, quote.project_id)
    now = clock.now(session)
    last, ended = last_choice(session, quote.project_id)
    if last is not None and not ended:
        raise Refused("procurement.chosen")
    project = get_project(session, quote.project_id)
    check_may_procure(actor, project, tasks_of(session, project.id), ended)
    _check_offer(session, project, quote, reason)
    check_unrelated(session, actor, project, quote.counterparty_id, now, "quote_id")
    row = SupplierChoice(
        project_id=project.id, quote_id=quote.id, reason=reason, replaces_id=last.id if last else None,
        chosen_by_id=actor.person_id, chosen_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, actor, "procurement.choose", f"project:{project.id}", now, quote=quote.id)
    if project.stage is not Stage.DELIVERING:
        move_on(session, actor, project.id, Stage.DELIVERING, now)
    return row


def _check_offer(session: Session, project: ProjectRow, quote: Quote, reason: str) -> None:
    """Refuse an ended supplier, too few quotes, or a dearer one without a reason; the ended count as quotes only."""
    policy = get_policy(session, project.policy_version_id or 0)
    least = quotes_needed(policy.parts.get("procurement"))
    rows = quotes_of(session, project.id)
    if any(row.id == quote.id and row.ended_at for row in rows):
        raise Refused("procurement.ended_before", field="quote_id")
    offers = [Offer(row.supplier, fen(row.amount)) for row in rows]
    standing = [Offer(row.supplier, fen(row.amount)) for row in rows if not row.ended_at]
    missing = what_is_missing(offers, standing, Offer(quote.supplier, fen(quote.amount_fen)), least, reason)
    if missing:
        raise Refused(missing, field="reason" if missing.endswith("reason") else None, least=least)


def end_supplier(session: Session, actor: Actor, project_id: int, reason: str, clock: Clock) -> SupplierEnd:
    """End the work with the chosen supplier; its quote is never chosen again, and the group chooses another.

    The same form sent twice ends it once.

    What was paid stays paid, and bills of it that wait are decided as before.

    Raises:
        NotVisible: no such project.
        Forbidden, Refused: :func:`fundapp.procurement.policy.check_may_end`; ``procurement.end_needs_reason``.
    """
    lock_project(session, project_id)
    project = get_project(session, project_id)
    last, ended = last_choice(session, project_id)
    standing = session.get(SupplierEnd, last.id) if last else None
    if standing and (standing.ended_by_id, standing.reason) == (actor.person_id, reason.strip()):
        return standing
    check_may_end(actor, project, tasks_of(session, project_id), last is not None and not ended)
    if last is None or len(reason.strip()) < SHORTEST_REASON:
        raise Refused("procurement.end_needs_reason", field="reason")
    now = clock.now(session)
    row = SupplierEnd(choice_id=last.id, reason=reason.strip(), ended_by_id=actor.person_id, ended_at=now)
    session.add(row)
    session.flush()
    record(session, actor, "procurement.end", f"project:{project_id}", now, choice=last.id)
    return row
