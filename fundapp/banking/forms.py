"""The forms of bank accounts: files, columns, matches and papers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, Regexp
from wtforms.widgets import HiddenInput

from fundapp.banking.commands import KeepFile, NewBooking, NewMatch, NewTransfer, OpenAccount, Prepare, SayLayout
from fundapp.banking.layouts import EXTRA, HEAD_WITHIN, NEEDED, Column, Layout, Shape
from fundapp.banking.queries import AccountRow
from fundapp.banking.rules import Booking, month_of
from fundapp.banking.texts import BOOKINGS, COLUMNS, COVERS, FURTHER, SHAPES
from fundapp.web.forms import REQUIRED, MoneyField, OnceForm, PageForm, TextField, options
from fundapp.web.sheets import MAX_BYTES

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
NONE = -1


class HiddenDate(DateField):
    """A day that goes with a form unseen."""

    widget = HiddenInput()


class AccountForm(OnceForm):
    """A bank account of a book."""

    bank = TextField(_("开户银行"), [REQUIRED, Length(max=60)], render_kw={"autocomplete": "off"})
    tail = TextField(
        _("账号末四位"),
        [Optional(), Regexp(r"\d{4}", message=_("请填写账号的末四位数字。"))],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    covers = SelectField(_("对应账簿里的科目"), [REQUIRED])

    def __init__(self, free: Sequence[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.covers.choices = options((code, cast(str, COVERS.get(code, FURTHER))) for code in free)

    def to_command(self, book_id: int) -> OpenAccount:
        """Give the command."""
        return OpenAccount(book_id, self.op_key.data, str(self.bank.data), str(self.tail.data), str(self.covers.data))


class TransferForm(OnceForm):
    """Money from one bank account of a book to another."""

    from_id = SelectField(_("从哪个账户"), [REQUIRED], coerce=int)
    to_id = SelectField(_("转到哪个账户"), [REQUIRED], coerce=int)
    part = SelectField(_("哪一部分钱"), description=_("每个计划的钱单独记账，一次只转一部分。"))
    amount = MoneyField(_("金额"), validators=[REQUIRED])
    reason = TextField(_("理由"), [REQUIRED, Length(max=200)])

    def __init__(self, accounts: Sequence[AccountRow], parts: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.from_id.choices = self.to_id.choices = options((one.id, one.label) for one in accounts)
        self.part.choices = options(sorted(parts.items()))

    def to_command(self, book_id: int) -> NewTransfer:
        """Give the command."""
        ends, part = (self.from_id.data, self.to_id.data), str(self.part.data or "")
        return NewTransfer(book_id, str(self.op_key.data), *ends, part, self.amount.data, str(self.reason.data))


class DecideTransferForm(PageForm):
    """Another person's word on a transfer."""

    passed = RadioField(_("意见"), [REQUIRED], choices=options([("yes", _("同意转账")), ("no", _("不同意"))]))
    reason = TextField(_("不同意的理由"), [Optional(), Length(max=200)])


class FileForm(PageForm):
    """A statement as the bank's page gave it."""

    file = FileField(_("对账单文件"), [FileRequired(_("请选择文件。"))], render_kw={"accept": ".xlsx,.csv"})

    def to_command(self, account_id: int) -> KeepFile:
        """Give the command; one byte over the limit is enough to be refused."""
        with self.file.data.stream as sent:
            return KeepFile(account_id, self.file.data.filename or "", sent.read(MAX_BYTES + 1))


class TakeInForm(PageForm):
    """Take a file in."""


class ColumnsForm(PageForm):
    """Which line is the heading, and which column says what."""

    head = IntegerField(_("列名在第几行"), [REQUIRED, NumberRange(1, HEAD_WITHIN * 2)])
    shape = RadioField(
        _("金额怎样写"), [REQUIRED], choices=options((shape.value, cast(str, words)) for shape, words in SHAPES.items())
    )
    day = SelectField(COLUMNS[Column.DAY], coerce=int)
    paid_in = SelectField(COLUMNS[Column.PAID_IN], [Optional()], coerce=int)
    paid_out = SelectField(COLUMNS[Column.PAID_OUT], [Optional()], coerce=int)
    amount = SelectField(COLUMNS[Column.AMOUNT], [Optional()], coerce=int)
    flag = SelectField(COLUMNS[Column.FLAG], [Optional()], coerce=int)
    balance = SelectField(COLUMNS[Column.BALANCE], coerce=int)
    number = SelectField(COLUMNS[Column.NUMBER], [Optional()], coerce=int)
    other = SelectField(COLUMNS[Column.OTHER], [Optional()], coerce=int)
    words = SelectField(COLUMNS[Column.WORDS], [Optional()], coerce=int)

    def __init__(self, heads: Sequence[tuple[int, str]], layout: Layout | None, **kwargs: Any) -> None:
        said: dict[str, Any] = {"head": 1}
        if layout:
            said = {column.value: layout.columns.get(column, NONE) for column in Column}
            said |= {"head": layout.head, "shape": layout.shape.value}
        super().__init__(data=said, **kwargs)
        for column in Column:
            field: Any = self[column.value]
            field.choices = options([(NONE, _("没有这一列")), *heads])

    def to_command(self, upload_id: int) -> SayLayout:
        """Give the command: of the columns those that this way of writing amounts has."""
        shape = Shape(self.shape.data)
        chosen = {column: int(self[column.value].data) for column in (*NEEDED[shape], *EXTRA)}
        return SayLayout(
            upload_id, Layout(int(self.head.data), shape, {c: at for c, at in chosen.items() if at != NONE})
        )


class MatchForm(OnceForm):
    """Lines and entries that were ticked: ``line`` and ``entry`` come as they stand in the page."""

    def to_command(self, account_id: int, lines: Sequence[str], entries: Sequence[str]) -> NewMatch:
        """Give the command."""
        return NewMatch(account_id, self.op_key.data, tuple(map(int, lines)), tuple(map(entry_of, entries)))


class PairsForm(OnceForm):
    """Proposed pairs that were ticked."""


def entry_of(text: str) -> tuple[int, int]:
    """Read an entry's key as the page writes it.

    Raises:
        ValueError: it is none.

    >>> entry_of("12.1")
    (12, 1)
    """
    journal_id, leg = text.split(".")
    return int(journal_id), int(leg)


class BookingForm(OnceForm):
    """What a line is that the book does not know."""

    kind = RadioField(_("这笔流水是"), [REQUIRED])

    def __init__(self, kinds: Sequence[Booking], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.kind.choices = options((kind.value, cast(str, BOOKINGS[kind])) for kind in kinds)

    def to_command(self, line_id: int) -> NewBooking:
        """Give the command."""
        return NewBooking(line_id, self.op_key.data, Booking(self.kind.data))


class UndoForm(PageForm):
    """Why a match is taken back."""

    reason = TextField(_("撤销的原因"), [REQUIRED, Length(max=200)], render_kw={"autocomplete": "off"})


class MonthForm(PageForm):
    """The month that is closed: its last day, as the page showed it."""

    month = HiddenDate(validators=[REQUIRED])

    def last_day(self) -> date:
        """Give the day."""
        return cast(date, self.month.data)  # the field is required


class ReopenForm(PageForm):
    """Why a closed month is to be opened again."""

    reason = TextField(_("原因"), [REQUIRED, Length(max=200)], render_kw={"autocomplete": "off"})


class PaperForm(OnceForm):
    """余额调节表 of a month's end."""

    month = TextField(
        _("月份"), [REQUIRED, Regexp(r"\d{4}-\d{2}", message=_("请写成 2026-03 的样子。"))], render_kw={"type": "month"}
    )
    bank_balance = MoneyField(_("银行对账单上的月末余额"), [REQUIRED], positive=False)
    note = TextAreaField(_("未达账项说明"), [Optional(), Length(max=500)])

    def validate_month(self, field: Any) -> None:
        """Take only a month that there is."""
        if month_of(str(field.data)) is None:
            raise ValueError(flask_babel.gettext("请写成 2026-03 的样子。"))

    def to_command(self, account_id: int) -> Prepare:
        """Give the command."""
        month = month_of(str(self.month.data))
        day = month[1] if month else date.min
        return Prepare(account_id, self.op_key.data, day, self.bank_balance.data, str(self.note.data or ""))


class CheckForm(PageForm):
    """What the second person found."""

    passed = RadioField(_("复核结论"), [REQUIRED], choices=options([("yes", _("相符，同意")), ("no", _("不符，退回"))]))
    reason = TextField(_("退回的原因"), [Optional(), Length(max=200)], render_kw={"autocomplete": "off"})
