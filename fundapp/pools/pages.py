"""What the pages of the tree say before a deed: how much lies where."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.kernel.money import from_fen
from fundapp.pools.queries import gap_of, tree
from fundapp.programmes.queries import ProgrammeRow
from fundapp.projects.queries import ProjectRow
from fundapp.web.filters import yuan


def money_words(session: Session, programme: ProgrammeRow) -> list[str]:
    """Say what may be moved: of the common pool, of the programme, of each community's share."""
    for foundation in tree(session):
        for node in foundation.programmes:
            if node.programme.id == programme.id:
                common = yuan(from_fen(foundation.common or 0))
                first = _("公共资金 %(a)s，本计划可用 %(b)s。", a=common, b=yuan(from_fen(node.state.available)))
                shares = [_("%(name)s %(a)s", name=name, a=yuan(from_fen(fen))) for _n, name, fen in node.shares]
                return [first, *([_("社区份额：%(all)s。", all="、".join(shares))] if shares else [])]
    return []


def share_words(session: Session, project: ProjectRow) -> list[str]:
    """Say what of its community's share may be used for a project, and what the project still lacks."""
    here = {int(part) for part in project.place_path.strip("/").split("/")}
    nodes = [node for one in tree(session) for node in one.programmes if node.programme.id == project.programme_id]
    left = sum(amount for node in nodes for place, _name, amount in node.shares if place in here)
    gap = yuan(gap_of(session, project))
    return [_("社区份额还有 %(a)s，项目还差 %(b)s。", a=yuan(from_fen(left)), b=gap)]
