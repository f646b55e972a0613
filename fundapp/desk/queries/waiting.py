"""What waits for a person, from every package; and the deeds of one project, each with its reasons."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.advances import queries as advances
from fundapp.collecting.queries import rounds_on_walk
from fundapp.consent import queries as consent
from fundapp.council.queries import sessions_waiting
from fundapp.desk.lines import Link, Waiting
from fundapp.desk.queries.bank_steps import for_bank
from fundapp.desk.queries.council_steps import for_council
from fundapp.desk.queries.group_steps import for_group, for_payers, for_proposer
from fundapp.desk.queries.staff_steps import for_officer, for_setup, for_worker
from fundapp.desk.queries.vote_steps import moves_of_votes
from fundapp.evaluation.queries import waiting_for_grade
from fundapp.fundraising import queries as fundraising
from fundapp.kernel.actor import Actor, Role
from fundapp.matching import queries as matching
from fundapp.matching.queries.rounds import RoundState, rounds_waiting
from fundapp.matching.signing import against, waits_for_money
from fundapp.matching.texts import STEP_LABELS
from fundapp.parties.policy import DECLARERS, KEEPERS
from fundapp.places.models import PlaceKind
from fundapp.places.queries import places_below
from fundapp.pools import queries as pools
from fundapp.programmes.queries import drafts_waiting_for
from fundapp.projects.links import links_waiting
from fundapp.projects.models import ProjectMember
from fundapp.projects.queries import ProjectRow, projects_by_id, waiting_for_check
from fundapp.projects.texts import LINK_KINDS
from fundapp.publicity.policy import STAFF
from fundapp.publicity.queries import notices_at, objections_waiting
from fundapp.publicity.rules import NoticeState
from fundapp.questionnaire import queries as questionnaire
from fundapp.questionnaire.texts import NOT_CONSENT
from fundapp.scoring.queries import sheets_for, sheets_to_publish
from fundapp.subsidies import queries as subsidies
from fundapp.subsidies.rules import RequestState
from fundapp.voting import queries as voting
from fundapp.web.filters import moment, until, yuan


def waiting(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List everything that waits for this person, the household's own things first."""
    return [
        *_for_household(session, actor, now),
        *for_council(session, actor, now),
        *for_proposer(session, actor),
        *_for_checkers(session, actor),
        *_for_collectors(session, actor, now),
        *_for_workers(session, actor, now),
        *moves_of_votes(session, actor, now),
        *_for_answering(session, actor, now),
        *for_worker(session, actor),
        *for_group(session, actor),
        *_for_money(session, actor, now),
        *_for_signers(session, actor, now),
        *for_officer(session, actor, now),
        *for_bank(session, actor, now),
        *for_setup(session, actor, now),
    ]


def _for_household(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    asked = [
        Waiting(
            _("重新登记本户意见：%(title)s", title=row.title)
            if row.again
            else _("登记本户意见：%(title)s", title=row.title),
            Link("consent.answer", {"round_id": row.round_id}),
            text=_("内容改过，以前的意见不再有效。") if row.again and not row.answered else "",
            due=_("%(at)s 截止", at=moment(row.closes_at)),
        )
        for row in consent.open_rounds_for_units(session, actor.unit_ids, now)
    ]
    asked += [
        Waiting(
            _("填问卷：%(title)s", title=row.title),
            Link("questionnaire.answer", {"questionnaire_id": row.id}),
            text=str(NOT_CONSENT),
            due=_("%(at)s 截止", at=moment(row.closes_at)),
        )
        for row in questionnaire.waiting_for_units(session, actor.unit_ids, now)
    ]
    votes = [
        Waiting(
            _("投票：%(title)s", title=row.title),
            Link("voting.ballot", {"round_id": row.round_id}),
            text=row.door,
            due=_("%(at)s 截止", at=moment(row.closes_at)),
        )
        for row in voting.rounds_open_for(session, actor, now)
        if not row.cast
    ]
    grades = [
        Waiting(_("评议：%(title)s", title=title), Link("evaluation.grade", {"project_id": project_id}))
        for project_id, title in waiting_for_grade(session, actor)
    ]
    return [*asked, *votes, *grades, *_papers(session, actor, now), *_open_notices(session, actor, now)]


def _papers(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            _("给项目打分：%(title)s", title=row.title),
            Link("scoring.paper", {"sheet_id": row.id}),
            text=row.place_name,
            due=_("%(at)s 截止", at=moment(row.closes_at)),
        )
        for row in sheets_for(session, actor, now)
    ]


def _for_checkers(session: Session, actor: Actor) -> list[Waiting]:
    return [
        Waiting(_("初审提案：%(title)s", title=row.title), Link("projects.check", {"project_id": row.id}))
        for row in waiting_for_check(session, actor)
    ] + [
        Waiting(
            _("答复项目%(kind)s登记：%(title)s", kind=LINK_KINDS[row.kind], title=row.title),
            Link("projects.link", {"link_id": row.id}),
            text=row.other_title,
        )
        for row in links_waiting(session, actor)
    ]


def _for_collectors(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    return [
        Waiting(
            _("上门征求意见：%(title)s", title=row.title),
            Link("collecting.page", {"round_id": row.round_id}),
            text="、".join(row.buildings),
            due=_("%(at)s 截止", at=moment(row.closes_at)),
        )
        for row in rounds_on_walk(session, actor, now)
    ]


def _for_workers(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    places = [p.id for g in actor.grants if g.role is Role.WORKER for p in places_below(session, g.path)]
    if not places:
        return []
    results = [
        Waiting(_("公布征求意见结果：%(title)s", title=row.title), Link("consent.result", {"round_id": row.round_id}))
        for row in consent.rounds_waiting_for_result(session, places, now)
    ]
    votes = [
        Waiting(_("公布表决结果：%(title)s", title=row.title), Link("voting.show", {"round_id": row.round_id}))
        for row in voting.rounds_waiting_to_publish(session, actor, now)
    ]
    votes += [
        Waiting(_("让表决结果生效：%(title)s", title=row.title), Link("voting.bind", {"round_id": row.round_id}))
        for row in voting.rounds_waiting_to_bind(session, actor, now)
    ]
    votes += [
        Waiting(_("公布评选结果：%(title)s", title=title), Link("scoring.show", {"sheet_id": sheet_id}))
        for sheet_id, title in sheets_to_publish(session, places, now)
    ]
    sessions = [
        Waiting(_("整理议事会：%(title)s", title=row.title), Link("council.show", {"session_id": row.id}))
        for row in sessions_waiting(session, actor, now)
    ]
    finals = [
        Waiting(_("公布最终结果：%(title)s", title=row.title), Link("consent.final", {"round_id": row.round_id}))
        for row in consent.rounds_waiting_to_finish(session, places, now)
    ]
    texts = [
        Waiting(
            _("审看问卷留言：%(title)s", title=row.title),
            Link("questionnaire.texts", {"questionnaire_id": row.id}),
            text=_("%(n)s 条没有审看", n=row.texts),
        )
        for row in questionnaire.texts_waiting(session, places, now)
    ]
    return [*results, *finals, *texts, *_notices_of_worker(session, places, now), *votes, *sessions]


def _notices_of_worker(session: Session, places: list[int], now: datetime) -> list[Waiting]:
    """List what notices wait for: a photo of the board while they run, to be posted anew where there was none."""
    found = []
    for row in notices_at(session, places, now):
        if row.unproven and row.state is NoticeState.OPEN:
            link, said = (
                Link("publicity.prove", {"notice_id": row.notice_id}),
                _("拍照登记张贴：%(title)s", title=row.title),
            )
            found.append(Waiting(said, link, due=_("%(at)s 前", at=until(row.period.ends_at))))
        elif row.state is NoticeState.UNPROVEN:
            link = Link("publicity.repost", {"notice_id": row.notice_id})
            found.append(Waiting(_("缺张贴照片，要重新公示：%(title)s", title=row.title), link))
    return found


def _for_answering(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List the objections that wait for the competent staff, the first limit first."""
    places = [p.id for g in actor.grants if g.role in STAFF for p in places_below(session, g.path)]
    notices = {row.notice_id: row for row in notices_at(session, places, now)} if places else {}
    return [
        Waiting(
            _("答复异议：%(title)s", title=notices[notice_id].title),
            Link("publicity.reply", {"objection_id": number}),
            text=_("已经超过答复期限") if now >= due else "",
            due=_("%(at)s 前答复", at=until(due)),
        )
        for number, notice_id, due in objections_waiting(session, notices)
    ]


def _open_notices(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List the notices in the places where the person lives, until when objections are taken."""
    places = {int(part) for path in actor.unit_paths for part in path.strip("/").split("/")}
    return [
        Waiting(row.title, Link("publicity.show", {"notice_id": row.notice_id}), due=_open_until(row.period.ends_at))
        for row in (notices_at(session, places, now) if places else ())
        if row.state is NoticeState.OPEN
    ]


def _open_until(at: datetime) -> str:
    return _("公示到 %(at)s，可以提异议", at=until(at))


def _for_money(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    money = [
        Waiting(
            _("核对收款：%(title)s", title=row.project_title),
            Link("fundraising.decide", {"contribution_id": row.id}),
            text=yuan(row.amount),
        )
        for row in fundraising.waiting_for_confirmation(session, actor)
    ]
    money += [
        Waiting(
            _("核对退款：%(title)s", title=row.project_title),
            Link("fundraising.refund", {"refund_id": row.id}),
            text=yuan(row.amount),
        )
        for row in fundraising.refunds_waiting_for(session, actor)
    ]
    money += _releases(session, actor) + _advances(session, actor)
    claims = [
        Waiting(
            f"{STEP_LABELS[row.waits_for]}：{row.project_title}",
            Link("matching.decide", {"claim_id": row.id}),
            text=_("第 %(n)s 号，应配 %(a)s", n=row.ticket, a=yuan(row.entitled)),
            due="".join(against(session, actor, row, now)) or waits_for_money(row),
        )
        for row in matching.waiting_for(session, actor)
        if row.waits_for is not None
    ]
    return [*money, *claims, *for_payers(session, actor), *_rounds(session, actor, now), *_tree(session, actor, now)]


def _releases(session: Session, actor: Actor) -> list[Waiting]:
    """List the releases of restricted money that this person may confirm."""
    return [
        Waiting(_("核对解除限定用途：%(title)s", title=fund.project_title),
                Link("fundraising.release", {"release_id": row.id}), text=f"{fund.purpose} {yuan(row.amount)}")
        for fund, row in fundraising.releases_waiting(session, actor)
    ]  # fmt: skip


def _advances(session: Session, actor: Actor) -> list[Waiting]:
    """List the advances and repayments that this person may confirm."""
    lent = [
        Waiting(_("核对垫付：%(title)s", title=row.project_title), Link("advances.decide", {"advance_id": row.id}),
                text=yuan(row.amount))
        for row in advances.advances_waiting(session, actor)
    ]  # fmt: skip
    back = [
        Waiting(_("核对归还垫付：%(title)s", title=row.project_title),
                Link("advances.decide_repayment", {"repayment_id": one.id}), text=yuan(one.amount))
        for row, one in advances.repayments_waiting(session, actor)
    ]  # fmt: skip
    return [*lent, *back]


def _tree(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List what moves along the tree of pools once this person has looked at it."""
    moves = [
        Waiting(_("批准划转：%(name)s", name=row.programme_name), Link("pools.decide_move", {"move_id": row.id}),
                text=f"{row.place_name} {yuan(row.amount)}".strip())
        for row in pools.moves_waiting(session, actor)
    ]  # fmt: skip
    uses = [
        Waiting(_("拨付社区份额：%(title)s", title=row.project_title), Link("pools.decide_use", {"use_id": row.id}),
                text=yuan(row.amount), due="".join(pools.why_not_pay_use(session, actor, row, now)))
        for row in pools.uses_waiting(session, actor)
    ]  # fmt: skip
    return [*moves, *uses, *_street(session, actor, now)]


def _street(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List the requests for the street's money that its officer reviews or pays."""
    found = []
    for row in subsidies.requests_waiting(session, actor):
        new = row.state is RequestState.REPORTED
        words = _("审定街镇投入：%(title)s") if new else _("登记街镇拨付：%(title)s")
        link = Link("subsidies.review" if new else "subsidies.pay", {"request_id": row.id})
        why = "".join(subsidies.why_tied_to(session, actor, row.project_id, now))
        text = yuan(row.asked if new else row.room)
        found.append(Waiting(words % {"title": row.project_title}, link, text=text, due=why))
    return found


def _rounds(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List the rounds to be planned, and those whose plan waits for an approver."""
    found = []
    for row in rounds_waiting(session, actor, now):
        plan = row.newest if row.state(now) is RoundState.PLANNED else None
        words = _("批准分配方案：%(name)s") if plan else _("计算分配方案：%(name)s")
        link = Link("matching.rounds.decide", {"plan_id": plan.id}) if plan else None
        link = link or Link("matching.rounds.plan", {"round_id": row.id})
        found.append(Waiting(words % {"name": row.programme_name}, link, text=_("第 %(n)s 轮", n=row.number)))
    return found


def _for_signers(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List the drafted policies that wait for this approver's word."""
    return [
        Waiting(
            _("签署政策：%(name)s 第 %(n)s 版", name=programme.name, n=draft.number),
            Link("programmes.sign", {"version_id": draft.id}),
            due=_("%(at)s 前签", at=until(draft.sign_by)) if draft.sign_by else _("签完立即生效"),
        )
        for draft, programme in drafts_waiting_for(session, actor, now)
    ]


def my_projects(session: Session, actor: Actor) -> list[ProjectRow]:
    """List the projects in whose group the actor is."""
    mine = session.query(ProjectMember.project_id).filter(ProjectMember.person_id == actor.person_id)
    found = projects_by_id(session, [row.project_id for row in mine])
    return [found[number] for number in sorted(found, reverse=True)]


def doors(session: Session, actor: Actor, now: datetime) -> list[Waiting]:
    """List the standing pages of a person's roles: set-up, rosters, codes, rounds, books."""
    found: list[Waiting] = []
    if actor.has_any(Role.ADMINISTRATOR):
        found.append(Waiting(_("设置：区划和楼栋"), Link("places.index", {})))
        found.append(Waiting(_("设置：人员和权限"), Link("people.people", {})))
    if actor.has_any(Role.ADMINISTRATOR, Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER, Role.FOUNDATION_SUPERVISOR):
        found.append(Waiting(_("年度计划和政策"), Link("programmes.index", {})))
    if actor.has_any(Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER, Role.FOUNDATION_SUPERVISOR, Role.ADMINISTRATOR):
        found.append(Waiting(_("账簿"), Link("ledger.books", {})))
    if actor.has_any(Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER, Role.FOUNDATION_SUPERVISOR, Role.WORKER):
        found.append(Waiting(_("银行对账"), Link("banking.index", {})))
        found.append(Waiting(_("报表"), Link("reports.index", {})))
    found += _register(actor)
    for grant in actor.grants:
        if grant.role is Role.WORKER:
            found += _worker_doors(session, grant.path, now)
    return found


def _register(actor: Actor) -> list[Waiting]:
    keeps = [Waiting(_("关联方登记"), Link("parties.register", {}))] if actor.has_any(*KEEPERS) else []
    declares = [Waiting(_("申报关联关系"), Link("parties.mine", {}))] if actor.has_any(*DECLARERS) else []
    return [*keeps, *declares]


def _worker_doors(session: Session, path: str, now: datetime) -> list[Waiting]:
    places = [place.id for place in places_below(session, path)]
    found = [
        Waiting(_("正在征求意见：%(title)s", title=row.title), Link("consent.show", {"round_id": row.round_id}))
        for row in consent.rounds_open_at(session, places, now)
    ]
    found += [
        Waiting(_("发起表决"), Link("voting.new", {})),
        Waiting(_("按标准评选打分"), Link("scoring.index", {})),
        Waiting(_("召集议事会"), Link("council.index", {})),
    ]
    for compound in places_below(session, path, PlaceKind.COMPOUND):
        found.append(
            Waiting(_("名册：%(name)s", name=compound.name), Link("rosters.show", {"compound_id": compound.id}))
        )
        found.append(
            Waiting(_("入户码：%(name)s", name=compound.name), Link("people.codes", {"compound_id": compound.id}))
        )
    return found
