"""The shape of what is typed about a proposal. A draft is kept as typed, field by field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import flask_babel
from flask import request
from flask_wtf.file import MultipleFileField
from moneyed import Money
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields import choices as choice_fields
from wtforms.validators import Length, NumberRange, Optional, StopValidation

from fundapp.kernel.errors import Refused
from fundapp.kernel.money import ZERO
from fundapp.places.queries import PlaceRow
from fundapp.places.rules import split_names
from fundapp.programmes.queries import ProgrammeRow
from fundapp.projects import texts
from fundapp.projects.commands import BeginProposal, CheckProposal, FormGroup, SubmitProposal
from fundapp.projects.queries import MemberRow
from fundapp.projects.rules import MOST_LINES, CostItem, Finding, Kind, ProposalText, Task, Theme
from fundapp.projects.sharing import SharedSum, Sharing
from fundapp.web.forms import REQUIRED, ConfirmField, MoneyField, PageForm, TextField

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text
Choice: Any = choice_fields.SelectChoice  # type: ignore[attr-defined]  # newer than its types
FIRST_LINES = 2
LONGEST = 4000
KEPT = re.compile(
    r"(title|why|location|kind|theme|beneficiaries|origin|payers|sharing_(how|amount|buildings)|lines-\d{1,3}-(name|amount))"
)


class NewForm(PageForm):
    """What is needed to begin: a title and a place."""

    title = TextField(_("想办什么事"), validators=[REQUIRED, Length(max=80)])
    place_id = RadioField(_("在哪个小区"), coerce=int, validators=[REQUIRED])
    programme_id = SelectField(_("申请哪个年度计划"), validators=[Optional()])

    def offer(self, places: list[PlaceRow], programmes: list[ProgrammeRow]) -> None:
        """Offer compounds and programmes; where there is one only, it is chosen."""
        self.place_id.choices = [Choice(str(place.id), place.full_name) for place in places]
        if len(places) == 1 and self.place_id.data is None:
            self.place_id.data = places[0].id
        self.programme_id.choices = [
            Choice("", _("自动选择最近的一个")),
            *(Choice(str(row.id), f"{row.year} {row.name}") for row in programmes),
        ]
        if len(programmes) < 2:
            del self.programme_id

    def to_command(self) -> BeginProposal:
        """Make the command."""
        wished = self.programme_id.data if "programme_id" in self else ""
        return BeginProposal(self.place_id.data, str(self.title.data), int(wished) if wished else None)


class LineForm(Form):
    """One line of the costs; a line that is empty on both sides is no line."""

    name = StringField(_("费用名称"), validators=[Length(max=120)])
    amount = MoneyField(_("金额（元）"))


@dataclass(frozen=True)
class Wish:
    """Which button of the form was pressed, and for which row."""

    deed: str
    row: int = 0


class ProposalForm(PageForm):
    """The whole text of a proposal."""

    title = TextField(_("标题"), validators=[REQUIRED, Length(max=80)])
    why = TextAreaField(_("为什么要办"), validators=[REQUIRED, Length(max=LONGEST)])
    location = TextField(_("具体地点"), validators=[REQUIRED, Length(max=200)])
    kind = RadioField(
        _("类型"),
        choices=[Choice(kind.value, label) for kind, label in texts.KIND_LABELS.items()],
        validators=[REQUIRED],
    )
    theme = SelectField(
        _("主题"),
        choices=[Choice("", _("请选择")), *(Choice(theme.value, label) for theme, label in texts.THEME_LABELS.items())],
        validators=[REQUIRED],
    )
    lines = FieldList(FormField(LineForm), _("费用明细"), min_entries=FIRST_LINES)
    payers = TextField(_("钱由谁出"), validators=[REQUIRED, Length(max=400)])
    sharing_how = RadioField(
        _("住户要不要按统一办法分摊"),
        choices=[
            Choice("", _("不统一分摊，自愿出钱")),
            *(Choice(how.value, label) for how, label in texts.SHARING_LABELS.items()),
        ],
        default="",
        validators=[Optional()],
    )
    sharing_amount = MoneyField(_("由住户分摊的总额（元）"))
    sharing_buildings = StringField(_("由哪些楼栋分摊"), validators=[Length(max=400)])
    beneficiaries = IntegerField(_("受益户数"), validators=[REQUIRED, NumberRange(1, 100000)])
    origin = SelectField(_("怎么提出来的"), validators=[REQUIRED])
    photos = MultipleFileField(_("现场照片"), validators=[Optional()])
    confirmed = ConfirmField(_("我看过了，这件事不属于上面这些"))
    warned = HiddenField()

    def __init__(self, typed: Mapping[str, str] | None = None) -> None:
        if request.method == "POST" or typed is None:
            super().__init__()
        else:
            super().__init__(formdata=MultiDict(typed))
        self.origin.choices = _origins(self.origin.data)
        self.to_warn = False

    def take(self, refusal: Refused) -> None:
        """Note that the proposer must be warned first; every other refusal stands where it belongs."""
        if refusal.code == "projects.not_warned":
            self.to_warn = True
        else:
            super().take(refusal)

    def validate_lines(self, field: Any) -> None:
        """Take lines that have both a name and an amount, or neither."""
        rows = [row.form for row in field.entries]
        for row in rows:
            if row.amount.data is None and not row.amount.errors and str(row.name.data or "").strip():
                row.amount.errors = [str(_("请填写这一行的金额。"))]
            if row.amount.data is not None and not str(row.name.data or "").strip():
                row.name.errors = [str(_("请填写这一行的名称。"))]
        if any(row.amount.errors or row.name.errors for row in rows):
            raise StopValidation(_("每一行都要有名称和金额。"))

    def validate_sharing_amount(self, field: Any) -> None:
        """Ask for the sum where households share by a rule, and for the rule where there is a sum."""
        if self.sharing_how.data and field.data is None and not field.errors:
            raise StopValidation(_("请填写由住户分摊的总额。"))
        if field.data is not None and not self.sharing_how.data:
            self.sharing_how.errors = [str(_("填了分摊总额，请选择分摊办法；自愿出钱就把总额清空。"))]
            raise StopValidation(_("请先选择分摊办法。"))

    def total(self) -> Money:
        """Give the sum of the amounts that can be read so far."""
        amounts = [row.form.amount.data for row in self.lines.entries]
        return sum((amount for amount in amounts if isinstance(amount, Money)), ZERO)

    def typed(self) -> dict[str, str]:
        """Give what was typed, as typed, by field."""
        return {name: request.form[name][:LONGEST] for name in request.form if KEPT.fullmatch(name)}

    def content(self) -> dict[str, str]:
        """Give what is to be kept: what was typed, with a line more or less where that was asked for."""
        wish = self.wish()
        if wish.deed == "add_line":
            return with_line(self.typed())
        return without_line(self.typed(), wish.row) if wish.deed == "drop_line" else self.typed()

    def uploads(self) -> list[FileStorage]:
        """Give the pictures that were chosen."""
        return [one for one in self.photos.data or [] if isinstance(one, FileStorage) and one.filename]

    def wish(self) -> Wish:
        """Tell which button was pressed; the first button of the form saves the draft."""
        deed, _colon, row = request.form.get("do", "save").partition(":")
        return Wish(deed, int(row) if row.isascii() and row.isdigit() and len(row) < 10 else 0)

    def to_text(self) -> ProposalText:
        """Give the proposal's text."""
        return ProposalText(
            title=str(self.title.data),
            why=str(self.why.data),
            location=str(self.location.data),
            kind=Kind(self.kind.data),
            theme=Theme(self.theme.data),
            beneficiaries=int(self.beneficiaries.data or 0),
            origin=str(self.origin.data),
            payers=str(self.payers.data),
            lines=tuple(
                CostItem(str(row.form.name.data), row.form.amount.data)
                for row in self.lines.entries
                if row.form.amount.data is not None
            ),
            shared=self.to_shared(),
        )

    def to_shared(self) -> SharedSum | None:
        """Give the sum that households bear together, where one is named."""
        if not self.sharing_how.data or self.sharing_amount.data is None:
            return None
        named = tuple(split_names(str(self.sharing_buildings.data or "")))
        return SharedSum(Sharing(self.sharing_how.data), self.sharing_amount.data, named)

    def to_command(self, project_id: int) -> SubmitProposal:
        """Make the command."""
        return SubmitProposal(project_id, self.to_text(), bool(self.confirmed.data), str(self.warned.data or ""))


def _origins(typed: str | None) -> list[Any]:
    known = [str(label) for label in texts.ORIGINS]
    other = [typed] if typed and typed not in known else []
    return [Choice("", _("请选择")), *(Choice(label, label) for label in [*known, *other])]


def with_line(typed: Mapping[str, str]) -> dict[str, str]:
    """Add an empty line of costs to what was typed; a full list stays as it is."""
    numbers = _line_numbers(typed)
    if len(numbers) >= MOST_LINES:
        return dict(typed)
    missing = [number for number in range(FIRST_LINES) if number not in numbers]
    return dict(typed) | {f"lines-{number}-name": "" for number in [*missing, max([*numbers, FIRST_LINES - 1]) + 1]}


def without_line(typed: Mapping[str, str], position: int) -> dict[str, str]:
    """Take out one line of costs, by its place in the list; the others move up."""
    numbers = [number for place, number in enumerate(_line_numbers(typed)) if place != position]
    kept = {name: value for name, value in typed.items() if not name.startswith("lines-")}
    for place, number in enumerate(numbers):
        for part in ("name", "amount"):
            kept[f"lines-{place}-{part}"] = typed.get(f"lines-{number}-{part}", "")
    return kept


def _line_numbers(typed: Iterable[str]) -> list[int]:
    return sorted({int(name.split("-")[1]) for name in typed if name.startswith("lines-")})


class CheckForm(PageForm):
    """What the first check comes to."""

    finding = RadioField(_("初审结论"), validators=[REQUIRED])
    reason = TextAreaField(_("原因"), validators=[Optional(), Length(max=1000)])

    def offer(self, findings: Iterable[Finding]) -> None:
        """Offer what this checker may find at this stage."""
        self.finding.choices = [Choice(one.value, texts.FINDING_LABELS[one]) for one in findings]

    def to_command(self, project_id: int) -> CheckProposal:
        """Make the command."""
        return CheckProposal(project_id, Finding(self.finding.data), str(self.reason.data or ""))


class NamesField(StringField):
    """Several names: a box for each, or one box with lines."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read all boxes."""
        self.data = "\n".join(name for words in valuelist for name in _names(words))

    def boxes(self, spare: int) -> list[str]:
        """Give what stands in each box, with some empty ones."""
        return [*_names(self.data), *[""] * spare]


class GroupForm(PageForm):
    """Who does what, by login name, or by door and whole name."""

    lead = TextField(_("组长"), validators=[REQUIRED, Length(max=40)])
    treasurer = TextField(_("财务"), validators=[REQUIRED, Length(max=40)])
    members = NamesField(_("组员"), validators=[Optional(), Length(max=1000)])
    supervisors = NamesField(_("监督员"), validators=[REQUIRED, Length(max=400)])

    def fill(self, group: list[MemberRow]) -> None:
        """Show the group as it stands."""
        by_task = {task: [row.login for row in group if row.task is task] for task in Task}
        self.lead.data, self.treasurer.data = " ".join(by_task[Task.LEAD]), " ".join(by_task[Task.TREASURER])
        self.members.data, self.supervisors.data = "\n".join(by_task[Task.MEMBER]), "\n".join(by_task[Task.SUPERVISOR])

    def to_command(self, project_id: int) -> FormGroup:
        """Make the command."""
        return FormGroup(
            project_id,
            str(self.lead.data),
            str(self.treasurer.data),
            _names(self.members.data),
            _names(self.supervisors.data),
        )


def _names(typed: str | None) -> tuple[str, ...]:
    return tuple(name for name in (one.strip() for one in re.split(r"[\n,，、;；]+", typed or "")) if name)


class WithdrawForm(PageForm):
    """Take a proposal back."""

    reason = TextField(_("为什么撤回"), validators=[Optional(), Length(max=400)])
    sure = ConfirmField(_("确认撤回，撤回后不能恢复"))
