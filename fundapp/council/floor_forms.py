"""The shape of what is typed in the room: motions, amendments, speakers, the chair's word."""

from typing import Any

import flask_babel
from flask_wtf.file import FileField
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from fundapp.council.commands import AskToSpeak, ConfirmMinutes, DecideAmendment, Move
from fundapp.council.rules import ItemOutcome, Side
from fundapp.council.texts import OUTCOMES, SIDES
from fundapp.web.forms import REQUIRED, ConfirmField, MoneyField, PageForm, PickField, options

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
_COUNT = [Optional(), NumberRange(min=0, max=9999)]
_DECIDED = (ItemOutcome.PASSED, ItemOutcome.REJECTED)


class MotionForm(PageForm):
    """A motion or an amendment."""

    text = TextAreaField(_("内容"), validators=[REQUIRED, Length(max=2000)])
    budget = MoneyField(_("预算"), validators=[Optional()])
    mover_id = PickField(_("动议人"))
    seconder_id = PickField(_("附议人"))

    def to_command(self, item_id: int) -> Move:
        """Make the command."""
        return Move(item_id, self.mover_id.data, self.seconder_id.data, str(self.text.data), self.budget.data)


class AmendmentForm(PageForm):
    """The hands for an amendment."""

    votes_for = IntegerField(_("赞成"), validators=_COUNT)
    votes_against = IntegerField(_("反对"), validators=_COUNT)
    votes_abstain = IntegerField(_("弃权"), validators=_COUNT)
    outcome = RadioField(
        _("结果"), choices=options((one.value, OUTCOMES[one]) for one in _DECIDED), validators=[REQUIRED]
    )

    def to_command(self, motion_id: int) -> DecideAmendment:
        """Make the command."""
        hands = (self.votes_for.data or 0, self.votes_against.data or 0, self.votes_abstain.data or 0)
        return DecideAmendment(motion_id, ItemOutcome(self.outcome.data), *hands)


class SpeakerForm(PageForm):
    """Who wants to speak."""

    member_id = PickField(_("谁要发言"))
    side = RadioField(_("哪一方"), choices=options((one.value, SIDES[one]) for one in Side), validators=[REQUIRED])

    def to_command(self, item_id: int) -> AskToSpeak:
        """Make the command."""
        return AskToSpeak(item_id, self.member_id.data, Side(self.side.data))


class NextForm(PageForm):
    """Nothing but the button, and who spoke when it was shown (0: nobody)."""

    after = IntegerField(validators=[InputRequired(), NumberRange(min=0)])


class ConfirmForm(PageForm):
    """The chair's word; on paper with a photo."""

    sure = ConfirmField(_("会议记录和各项结果与会上一致"))
    photo = FileField(_("主持人签字的会议记录照片"), validators=[Optional()])

    def to_command(self, session_id: int, photo_id: int | None) -> ConfirmMinutes:
        """Make the command."""
        return ConfirmMinutes(session_id, photo_id)
