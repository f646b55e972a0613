"""The shape of grades and sheets."""

from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from fundapp.evaluation.commands import NewGrade, NewSheet
from fundapp.evaluation.rules import SHEETED, Count, Grade, Party
from fundapp.evaluation.texts import GRADE_LABELS, PARTY_LABELS
from fundapp.web.forms import REQUIRED, ConfirmField, OnceForm, PageForm, options

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


def _number(label: Any) -> IntegerField:
    said = _("请填写人数，没有就填 0。")
    return IntegerField(label, validators=[InputRequired(said), NumberRange(0, 100000, said)])


class GradeForm(OnceForm):
    """A household's grade."""

    unit_id = RadioField(_("代表哪一户"), coerce=int, validators=[REQUIRED])
    grade = RadioField(_("您满意吗"), choices=options((g.value, GRADE_LABELS[g]) for g in Grade), validators=[REQUIRED])
    comment = TextAreaField(
        _("想说的话"), validators=[Optional(), Length(max=500)], description=_("只有工作人员能看到。")
    )

    def offer(self, units: list[tuple[int, str]]) -> None:
        """Offer the person's households; where there is one only, it is chosen."""
        self.unit_id.choices = options(units)
        if len(units) == 1 and self.unit_id.data is None:
            self.unit_id.data = units[0][0]

    def to_command(self, project_id: int) -> NewGrade:
        """Make the command."""
        key = str(self.op_key.data)
        return NewGrade(project_id, self.unit_id.data, key, Grade(self.grade.data), self.comment.data or "")


class SheetForm(PageForm):
    """A party's counted sheet."""

    party = RadioField(_("哪一方"), choices=options((p.value, PARTY_LABELS[p]) for p in SHEETED), validators=[REQUIRED])
    base = _number(_("应到人数"))
    satisfied = _number(_("满意人数"))
    basically = _number(_("基本满意人数"))
    unsatisfied = _number(_("不满意人数"))
    scan = FileField(_("评议表照片"), validators=[FileRequired(_("请拍下评议表。"))])

    def to_command(self, project_id: int, scan_id: int) -> NewSheet:
        """Make the command."""
        count = Count(*(int(f.data or 0) for f in (self.base, self.satisfied, self.basically, self.unsatisfied)))
        return NewSheet(project_id, Party(self.party.data), count, scan_id)


class PublishForm(PageForm):
    """Publish the result."""

    sure = ConfirmField(_("三方都已评议，公布后不能更改"))
