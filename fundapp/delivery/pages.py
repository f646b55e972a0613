"""What the pages of settling say before the deed: the arithmetic, and what will be paid, taken back and released."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.delivery.policy import check_may_settle
from fundapp.delivery.queries import cash_of, owed_by, settlement_of
from fundapp.delivery.settling import Account, account_of
from fundapp.kernel.actor import Actor
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import from_fen
from fundapp.projects.queries import ProjectRow, tasks_of
from fundapp.web.filters import yuan
from fundapp.web.refusals import sentence


def settling_words(session: Session, actor: Actor, project: ProjectRow) -> tuple[list[str], list[str]]:
    """Give the arithmetic of a settlement as of now, and why it cannot be done, where it cannot."""
    account = account_of(session, project)
    if account is None:
        return [], [_("这个项目没有按结算拨付的配比，不用结算。")]
    done = settlement_of(session, project.id) is not None
    try:
        check_may_settle(actor, project, tasks_of(session, project.id), done, account.waiting)
    except Refused as refusal:
        return [], [sentence(refusal)]
    return [*account.result.steps, *_moves(account)], []


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


def owed_words(session: Session, project_id: int) -> tuple[str, ...]:
    """Say what is owed and what there is to give back."""
    owed, cash = yuan(from_fen(owed_by(session, project_id))), yuan(from_fen(cash_of(session, project_id)))
    return (_("欠基金会 %(o)s，项目账上有 %(c)s，能退多少退多少。", o=owed, c=cash),)
