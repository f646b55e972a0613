"""The shape of what is typed about a body: how it works, its members, its draws."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import flask_babel
from wtforms import DateField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional

from fundapp.council.bars import Charter, Passing, bar_of_text, text_of_bar
from fundapp.council.commands import AddMember, AnnounceLot, ChangeCharter, DrawLot, MakeBody
from fundapp.council.rules import Origin, Seat
from fundapp.council.templates import BodyKind
from fundapp.council.texts import BARS, BASES, ORIGINS, SEATS
from fundapp.kernel.clock import SHANGHAI
from fundapp.web.forms import REQUIRED, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
_ADDED = options((one.value, ORIGINS[one]) for one in Origin if one is not Origin.LOT)
_TERM = {"label": _("任期到哪一天"), "validators": [Optional()]}


def end_of_term(day: date | None) -> datetime | None:
    """Give the moment at which a term ends: the end of its last day.

    >>> end_of_term(date(2026, 12, 31)).isoformat()
    '2026-12-31T16:00:00+00:00'
    """
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC)


class BarsFields(PageForm):
    """How a body works."""

    quorum = SelectField(_("到会多少才能作决定（占成员）"), choices=options(BARS.items()))
    passing = SelectField(_("赞成多少算通过"), choices=options(BARS.items()))
    passing_of = RadioField(_("按什么人算"), choices=options(BASES.items()), default="present")
    notice_days = IntegerField(_("提前几天公布议程"), validators=[REQUIRED, NumberRange(0, 30)])
    parent_id = SelectField(_("有争议时提交给谁"), coerce=int)

    def show(self, charter: Charter, parent_id: int | None) -> None:
        """Show bars before anything was typed."""
        self.quorum.data, self.passing.data = text_of_bar(charter.quorum), text_of_bar(charter.passing.bar)
        self.passing_of.data = "members" if charter.passing.of_members else "present"
        self.notice_days.data, self.parent_id.data = charter.notice_days, parent_id or 0

    def charter(self) -> Charter:
        """Give the bars."""
        passing = Passing(bar_of_text(self.passing.data, "passing"), self.passing_of.data == "members")
        return Charter(bar_of_text(self.quorum.data, "quorum"), passing, self.notice_days.data or 0)


class BodyForm(BarsFields):
    """A council, how it works, and its first members."""

    place_id = SelectField(_("在哪里"), coerce=int)
    name = TextField(_("名称"), validators=[REQUIRED, Length(max=80)])
    chair = TextField(_("主持人姓名"), validators=[Optional(), Length(max=60)])
    members = TextAreaField(_("其他成员姓名，每行一位"), validators=[REQUIRED, Length(max=4000)])
    origin = RadioField(_("怎样产生的"), choices=_ADDED, default=Origin.RECOMMENDED.value)
    term_ends_on = DateField(**_TERM)

    def to_command(self, kind: BodyKind) -> MakeBody:
        """Make the command."""
        return MakeBody(
            self.place_id.data,
            str(self.name.data),
            tuple(str(self.members.data).splitlines()),
            kind,
            self.charter(),
            self.parent_id.data or None,
            str(self.chair.data or ""),
            Origin(self.origin.data),
            end_of_term(self.term_ends_on.data),
        )


class CharterForm(BarsFields):
    """How a body works from now on."""

    reason = TextField(_("为什么修改"), validators=[REQUIRED, Length(max=200)])

    def to_command(self, body_id: int) -> ChangeCharter:
        """Make the command."""
        return ChangeCharter(body_id, self.charter(), self.parent_id.data or None, str(self.reason.data))


class MemberForm(PageForm):
    """One more member."""

    name = TextField(_("姓名"), validators=[Optional(), Length(max=60)])
    login = TextField(_("或者登录名"), validators=[Optional(), Length(max=40)])
    seat = RadioField(_("身份"), choices=options((one.value, SEATS[one]) for one in Seat), default=Seat.MEMBER.value)
    origin = RadioField(_("怎样产生的"), choices=_ADDED, default=Origin.RECOMMENDED.value)
    term_ends_on = DateField(**_TERM)

    def to_command(self, body_id: int) -> AddMember:
        """Make the command."""
        login = str(self.login.data or "")
        name = "" if login else str(self.name.data or "")
        seat, origin = Seat(self.seat.data), Origin(self.origin.data)
        return AddMember(body_id, name, None, login, seat, origin, end_of_term(self.term_ends_on.data))


class LotForm(PageForm):
    """Who may be drawn, and where the seed will come from."""

    names = TextAreaField(_("候选人姓名，每行一位"), validators=[REQUIRED, Length(max=20000)])
    seats = IntegerField(_("抽几位"), validators=[REQUIRED, NumberRange(1, 500)])
    seed_from = TextField(_("种子从哪里来"), validators=[REQUIRED, Length(max=160)])
    term_ends_on = DateField(**_TERM)

    def to_command(self, body_id: int) -> AnnounceLot:
        """Make the command."""
        names, ends_at = tuple(str(self.names.data).splitlines()), end_of_term(self.term_ends_on.data)
        return AnnounceLot(body_id, names, self.seats.data or 0, str(self.seed_from.data), ends_at)


class DrawForm(PageForm):
    """The seed, as everybody read it."""

    seed = TextField(_("种子"), validators=[REQUIRED, Length(max=120)])

    def to_command(self, lot_id: int) -> DrawLot:
        """Make the command."""
        return DrawLot(lot_id, str(self.seed.data))
