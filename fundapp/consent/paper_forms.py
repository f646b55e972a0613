"""The shape of what is typed from paper: whole pages, second readings, what became of sheets, visits."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, cast

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from fundapp.consent.commands import (
    EndSheets,
    KeySecond,
    KeySheets,
    LineSaid,
    Named,
    Proxy,
    RecordVisit,
    RegisterBook,
    SecondRead,
    ThirdLook,
)
from fundapp.consent.paper_texts import BOOK_FORMS, SHEET_ENDS, VISITS
from fundapp.consent.papers import BookForm, BookScope, SheetEnd, VisitResult, serials_of
from fundapp.consent.policy import Choice, sayable
from fundapp.consent.queries import Carrier, ScopeRow, SheetRow
from fundapp.consent.texts import CHOICES
from fundapp.web.forms import REQUIRED, InstantField, OnceForm, PageForm, TextField, options

lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text; never with names, see below
BLANK = ""
_CHOSEN = InputRequired(lazy_gettext("请选择同意、反对或弃权。"))


def answers(follow: bool) -> list[tuple[str, Any]]:
    """Give what a household may answer; 从众 only where the round takes it."""
    return [(choice.value, CHOICES[choice]) for choice in sayable(follow)]


class HandsForm(OnceForm):
    """Who went, who watched, and when it was signed."""

    signed_on = DateField(lazy_gettext("签字日期"), validators=[InputRequired(lazy_gettext("请填写签字日期。"))])
    collector = SelectField(lazy_gettext("谁上门收的"), coerce=int)
    collector_name = TextField(lazy_gettext("不在名单上的，填姓名"), validators=[Optional(), Length(max=40)])
    witness = SelectField(lazy_gettext("见证人"), coerce=int)
    witness_name = TextField(lazy_gettext("见证人不在名单上的，填姓名"), validators=[Optional(), Length(max=40)])

    def offer(self, people: Sequence[Carrier], own_id: int | None, today: date) -> None:
        """Offer who has a task in the community; whoever keys in, today, is the usual."""
        named = [(one.id, one.name) for one in people]
        self.collector.choices = options([(0, lazy_gettext("填姓名")), *named])
        self.witness.choices = options([(0, lazy_gettext("没有见证人，或填姓名")), *named])
        if not self.collector.raw_data:
            self.collector.data = own_id if own_id in {one.id for one in people} else 0
            self.witness.data = 0
            self.signed_on.data = self.signed_on.data or today

    @property
    def who_went(self) -> Named:
        """Give who went."""
        return Named(self.collector.data or None, self.collector_name.data or "")

    @property
    def who_watched(self) -> Named | None:
        """Give who watched; ``None`` where nobody did."""
        if not self.witness.data and not self.witness_name.data:
            return None
        return Named(self.witness.data or None, self.witness_name.data or "")


class ProxyForm(HandsForm):
    """Who spoke for the household in writing, where its own people did not sign."""

    proxy_name = TextField(lazy_gettext("受托人姓名"), validators=[Optional(), Length(max=40)])
    proxy_phone = TextField(lazy_gettext("受托人电话"), validators=[Optional(), Length(max=20)])
    proxy_scan = FileField(lazy_gettext("书面委托书照片"), validators=[Optional()])

    def validate_proxy_name(self, field: Any) -> None:
        """Need the written proxy where a proxy-holder is named, and the name where there is one."""
        if field.data and not self.proxy_scan.data:
            raise StopValidation(str(lazy_gettext("请拍下书面委托书。")))

    def proxy(self, scan_id: int | None) -> Proxy | None:
        """Give who spoke for the household."""
        if not self.proxy_name.data or scan_id is None:
            return None
        return Proxy(Named(name=self.proxy_name.data, phone=self.proxy_phone.data or ""), scan_id)


class PageOfLines(HandsForm):
    """One page of a book; a subclass has the lines that are printed on it."""

    scan = FileField(lazy_gettext("这一页的照片"), validators=[FileRequired(lazy_gettext("请拍照或选择扫描件。"))])
    rows: Sequence[SheetRow] = ()

    def to_command(self, round_id: int, scan_id: int) -> KeySheets:
        """Make the command from the lines that were filled in; each has the page's date unless it has its own."""
        said = [
            LineSaid(row.serial, row.unit_id or 0, Choice(self[f"line-{row.serial}"].data), self.date_of(row.serial))
            for row in self.rows
            if self[f"line-{row.serial}"].data
        ]
        return KeySheets(round_id, tuple(said), scan_id, self.who_went, str(self.op_key.data), self.who_watched)

    def date_of(self, serial: int) -> date:
        """Give the day on which a line was signed."""
        own: date | None = self[f"date-{serial}"].data
        return own or cast(date, self.signed_on.data)


def page_of_lines(rows: Sequence[SheetRow], follow: bool) -> PageOfLines:
    """Make the form for some printed lines: an answer and a date for each, or nothing.

    A label with a door in it is a plain text, which pages escape; a lazy one would go out as it is.
    """
    fields: dict[str, Any] = {"rows": rows}
    for row in rows:
        choices = options([*answers(follow), (BLANK, lazy_gettext("没有填"))])
        label = flask_babel.gettext("编号 %(n)s　%(door)s", n=row.serial, door=row.door)
        fields[f"line-{row.serial}"] = RadioField(label, choices=choices, default=BLANK, validators=[Optional()])
        other = flask_babel.gettext("编号 %(n)s 的签字日期", n=row.serial)
        fields[f"date-{row.serial}"] = DateField(other, validators=[Optional()])
    made: PageOfLines = type("LinesForm", (PageOfLines,), fields)()
    return made


class SecondForm(PageForm):
    """Sheets of one scan, read a second time; a subclass has them."""

    rows: Sequence[SheetRow] = ()

    def doors(self) -> dict[int, str]:
        """Give the doors that were typed, for sheets that are not printed for one."""
        return {row.serial: str(self[f"door-{row.serial}"].data or "") for row in self.rows if not row.printed}

    def to_command(self, round_id: int, units: dict[int, int]) -> KeySecond:
        """Make the command; ``units`` are the households of the typed doors."""
        return KeySecond(
            round_id,
            tuple(
                SecondRead(row.serial, units.get(row.serial, row.unit_id or 0), Choice(self[f"line-{row.serial}"].data))
                for row in self.rows
            ),
        )


def second_form(rows: Sequence[SheetRow], follow: bool) -> SecondForm:
    """Make the form for the drawn sheets of one scan."""
    fields: dict[str, Any] = {"rows": rows}
    for row in rows:
        if not row.printed:
            of_sheet = flask_babel.gettext("编号 %(n)s 的门牌", n=row.serial)
            fields[f"door-{row.serial}"] = TextField(of_sheet, validators=[REQUIRED, Length(max=160)])
        door = row.door if row.printed else ""
        label = flask_babel.gettext("编号 %(n)s　%(door)s", n=row.serial, door=door)
        fields[f"line-{row.serial}"] = RadioField(label, choices=options(answers(follow)), validators=[_CHOSEN])
    made: SecondForm = type("SecondReadForm", (SecondForm,), fields)()
    return made


class ThirdForm(OnceForm):
    """What a sheet says in the end."""

    door = TextField(lazy_gettext("门牌"), validators=[REQUIRED, Length(max=160)])
    answer = RadioField(lazy_gettext("意见"), validators=[_CHOSEN])
    reason = TextAreaField(lazy_gettext("核对的依据"), validators=[REQUIRED, Length(max=400)])

    def offer(self, follow: bool) -> None:
        """Offer the answers of the round."""
        self.answer.choices = options(answers(follow))

    def to_command(self, round_id: int, serial: int, unit_id: int) -> ThirdLook:
        """Make the command for the household that was found."""
        reason, key = str(self.reason.data), str(self.op_key.data)
        return ThirdLook(round_id, serial, unit_id, Choice(self.answer.data), reason, key)


class BookPrintForm(PageForm):
    """Of which doors a book is printed."""

    scope = SelectField(lazy_gettext("打印哪些住户"))
    kind = RadioField(
        lazy_gettext("打印成"),
        choices=options([(one.value, BOOK_FORMS[one]) for one in BookForm]),
        default=BookForm.LIST.value,
        validators=[REQUIRED],
    )
    silent_only = BooleanField(lazy_gettext("只打印还没有表态的住户"))

    def offer(self, scopes: Sequence[ScopeRow], everybody: str) -> None:
        """Offer what there is on the roster."""
        self.scope.choices = options(
            (row.key, flask_babel.gettext("%(name)s（%(n)s 户）", name=row.title or everybody, n=row.doors))
            for row in scopes
        )

    def to_command(self, round_id: int) -> RegisterBook:
        """Make the command."""
        scope, _colon, number = str(self.scope.data).partition(":")
        kind, silent = BookForm(self.kind.data), bool(self.silent_only.data)
        return RegisterBook(round_id, kind, BookScope(scope), int(number) or None, silent)


class EndsForm(PageForm):
    """Sheets from which nothing is keyed in."""

    serials = TextField(lazy_gettext("编号"), validators=[REQUIRED, Length(max=2000)])
    how = RadioField(
        lazy_gettext("去向"),
        choices=options([(one.value, SHEET_ENDS[one]) for one in SheetEnd]),
        validators=[InputRequired(lazy_gettext("请选择作废或者未收回。"))],
    )
    reason = TextAreaField(lazy_gettext("原因"), validators=[Length(max=400)])

    def validate_serials(self, field: Any) -> None:
        """Read the serials."""
        if serials_of(str(field.data)) is None:
            raise StopValidation(str(lazy_gettext("请填写编号，例如 3、5-8。")))

    def to_command(self, round_id: int) -> EndSheets:
        """Make the command."""
        serials = tuple(serials_of(str(self.serials.data)) or ())
        return EndSheets(round_id, serials, SheetEnd(self.how.data), str(self.reason.data or ""))


class VisitForm(OnceForm):
    """A visit that brought no answer."""

    result = RadioField(
        lazy_gettext("结果"),
        choices=options([(one.value, VISITS[one]) for one in VisitResult]),
        validators=[InputRequired(lazy_gettext("请选择结果。"))],
    )
    visited_at = InstantField(lazy_gettext("什么时候去的"), validators=[REQUIRED])
    visitor_name = TextField(lazy_gettext("别人去的，填姓名"), validators=[Optional(), Length(max=40)])
    note = TextAreaField(lazy_gettext("备注"), validators=[Optional(), Length(max=200)])

    def offer(self, now: datetime) -> None:
        """Fill in the present minute where nothing was typed yet."""
        if not self.visited_at.raw_data:
            self.visited_at.data = now.astimezone(UTC).replace(second=0, microsecond=0)

    def to_command(self, round_id: int, unit_id: int, own: Named) -> RecordVisit:
        """Make the command; whoever records it went herself unless another name is typed."""
        who = Named(name=self.visitor_name.data) if self.visitor_name.data else own
        key, note = str(self.op_key.data), str(self.note.data or "")
        return RecordVisit(round_id, unit_id, VisitResult(self.result.data), self.visited_at.data, key, who, note)
