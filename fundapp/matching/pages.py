"""What the pages of matching say before a deed: what is due now and why, whose ticket has lapsed."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.kernel.money import fen, from_fen
from fundapp.ledger.queries import pool_state
from fundapp.matching.commands import due_now
from fundapp.matching.lapsing import overdue
from fundapp.matching.queries import ClaimRow, paid_out, promised
from fundapp.matching.texts import TRANCHE_LABELS
from fundapp.programmes.queries import ProgrammeRow
from fundapp.projects.queries import get_project
from fundapp.web.clock import clock
from fundapp.web.filters import yuan


def unpaid_of(session: Session, project_id: int) -> int:
    """Give what a project has been granted and not been paid, in fen."""
    return promised(session, [project_id]).get(project_id, 0) - fen(paid_out(session, project_id))


def due_words(session: Session, claim: ClaimRow) -> tuple[list[str], list[str]]:
    """Say what may be paid on a claim now and how that comes about; and why nothing can be, where it cannot."""
    due = due_now(session, get_project(session, claim.project_id), unpaid_of(session, claim.project_id))
    if due.amount <= 0:
        return [], [due.told or _("没有待拨付的金额。")]
    head = _("拨到「%(title)s」的项目款：%(a)s。", title=claim.project_title, a=yuan(from_fen(due.amount)))
    label = _("这一笔：%(what)s。", what=TRANCHE_LABELS[due.tranche])
    return [head, label, *([due.told] if due.told else [])], []


def late_words(session: Session, programme: ProgrammeRow) -> list[str]:
    """Say which tickets have lapsed and what the pool has for those who wait."""
    late = overdue(session, programme.id, clock().now(session))
    lines = [
        _("第 %(n)s 号：获批满 %(d)s 天没有开工，%(a)s 退回资金池。", n=claim.ticket, d=days, a=yuan(from_fen(amount)))
        for claim, days, amount in late
    ]
    left = yuan(from_fen(pool_state(session, programme.id).available))
    return [*(lines or [_("没有逾期的排位号。")]), _("资金池可用 %(a)s，按次序分给排队的项目。", a=left)]
