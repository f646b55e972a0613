"""What the pages of settling say before the deed: the arithmetic, and what will be paid, taken back and released."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.delivery.policy import (
    check_may_ask_correction,
    check_may_decide_correction,
    check_may_settle,
    check_nothing_asked,
)
from fundapp.delivery.queries import (
    CorrectionRow,
    ExpenseRow,
    cash_of,
    corrections_of,
    owed_by,
    settlement_of,
    waiting_corrections,
)
from fundapp.delivery.settling import Account, account_of
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import from_fen
from fundapp.ledger.reversing import ReversalState
from fundapp.matching.queries import hands_of
from fundapp.projects.apart import why_tied
from fundapp.projects.queries import ProjectRow, tasks_of
from fundapp.web.filters import yuan
from fundapp.web.refusals import sentence


def settling_words(session: Session, actor: Actor, project: ProjectRow, now: datetime) -> tuple[list[str], list[str]]:
    """Give the arithmetic of a settlement as of now, and why it cannot be done, where it cannot."""
    account = account_of(session, project)
    if account is None:
        return [], [_("这个项目没有按结算拨付的配比，不用结算。")]
    done = settlement_of(session, project.id) is not None
    try:
        check_may_settle(actor, project, tasks_of(session, project.id), done, account.waiting)
        check_nothing_asked(waiting_corrections(session, project.id))
    except Refused as refusal:
        return [], [sentence(refusal)]
    tied = why_tied(session, actor, project, hands_of(session, project.id), now)
    return ([], tied) if tied else ([*account.result.steps, *_moves(account)], [])


def _moves(account: Account) -> list[str]:
    released = account.promised - max(account.result.due, account.paid)
    found = [
        (account.more, _("再拨付 %(a)s。", a=yuan(from_fen(account.more)))),
        (account.back, _("多拨的 %(a)s 从项目款退回资金池。", a=yuan(from_fen(account.back)))),
        (account.owed, _("已经花掉的 %(a)s 记为项目欠款，还清以前不能办结。", a=yuan(from_fen(account.owed)))),
        (released, _("不再需要的 %(a)s 退回资金池，分给排队的项目。", a=yuan(from_fen(released)))),
    ]
    paid = _("发票合计 %(c)s，已拨付 %(p)s。", c=yuan(from_fen(account.cost)), p=yuan(from_fen(account.paid)))
    return [paid, *(words for amount, words in found if amount)]


def paid_words(row: ExpenseRow | CorrectionRow) -> list[str]:
    """Say which payment it is about."""
    what = _("第 %(n)s 笔：%(what)s", n=row.number, what=row.purpose)
    return [what, _("付给 %(payee)s，%(a)s。", payee=row.payee, a=yuan(row.amount))]


def why_not_correct(session: Session, actor: Actor, project: ProjectRow, row: ExpenseRow) -> list[str]:
    """Say why this person may not ask now that a payment be taken back; empty where she may."""
    settled = settlement_of(session, project.id) is not None
    asked = {one.expense_id for one in corrections_of(session, project.id) if one.state is not ReversalState.REFUSED}
    try:
        check_may_ask_correction(actor, project, tasks_of(session, project.id), settled)
    except Refused as refusal:
        return [sentence(refusal)]
    if not row.approved:
        return [sentence(Refused("delivery.not_paid"))]
    return [sentence(Refused("delivery.corrected"))] if row.id in asked else []


def why_not_take_back(session: Session, actor: Actor, asked: CorrectionRow) -> list[str]:
    """Say why this person may not decide on a payment to be taken back; empty where she may."""
    try:
        check_may_decide_correction(actor, tasks_of(session, asked.project_id), asked.asked_by_id)
    except Refused as refusal:
        return [sentence(refusal)]
    decided = asked.state is not ReversalState.ASKED
    return [sentence(Refused("delivery.correction_decided"))] if decided else []


def owed_words(session: Session, project_id: int) -> tuple[str, ...]:
    """Say what is owed and what there is to give back."""
    owed, cash = yuan(from_fen(owed_by(session, project_id))), yuan(from_fen(cash_of(session, project_id)))
    return (_("欠基金会 %(o)s，项目账上有 %(c)s，能退多少退多少。", o=owed, c=cash),)
