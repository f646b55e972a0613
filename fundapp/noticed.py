"""What notices are about: each source by its name, ``consent:17`` or ``voting:3``; written out for ``app``."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from fundapp.consent.queries import noticed as consent
from fundapp.kernel.actor import Actor
from fundapp.publicity.rules import About
from fundapp.voting.queries import noticed as voting


def may_see(session: Session, source: str, actor: Actor) -> bool:
    """Tell whether somebody may see what a notice is about."""
    if voting.round_of(source) is not None:
        return voting.may_see(session, source)
    return consent.may_see(session, source, actor)


def nameable(session: Session, source: str) -> list[tuple[int, str]]:
    """List what an upheld objection may bring down."""
    return (
        voting.nameable(session, source) if voting.round_of(source) is not None else consent.nameable(session, source)
    )


def parties(session: Session, source: str) -> frozenset[int]:
    """Give who may not answer objections, because it is her deed that is objected to."""
    return voting.parties(session, source) if voting.round_of(source) is not None else frozenset()


def about(source: str) -> About:
    """Tell where a source has its page, its name, and what follows from an objection that is upheld."""
    vote = voting.round_of(source)
    if vote is not None:
        return About(
            url_for("voting.show", round_id=vote),
            _("项目表决"),
            _("公示已结束，看表决的结果"),
            _("异议成立怎样处理"),
            _("异议成立或者部分成立时要选一项；不成立时不选。"),
            one=True,
        )
    return About(
        url_for("consent.show", round_id=consent.round_of(source)),
        _("征求意见"),
        _("公示已结束，看征求意见的结果"),
        _("作废哪几户的意见"),
        _("只在异议成立时选。作废以后重新计票，公示期重新计算。"),
    )
