"""The shape of quotes and of the choice."""

from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, TextAreaField
from wtforms.validators import Length, Optional

from fundapp.procurement.commands import NewQuote
from fundapp.web.forms import REQUIRED, MoneyField, OnceForm, PageForm, TextField

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class QuoteForm(OnceForm):
    """A supplier's quote."""

    supplier = TextField(_("供应商全称"), validators=[REQUIRED, Length(max=120)])
    code = TextField(
        _("统一社会信用代码"),
        validators=[Optional(), Length(max=40)],
        description=_("单位必填，营业执照上的 18 位；个人，或者以前登记过的单位，可以不填。"),
    )
    amount = MoneyField(_("报价"), validators=[REQUIRED])
    paper = FileField(
        _("报价单照片"), validators=[FileRequired(_("请拍下报价单。"))], description=_("会公开，请不要拍到私人电话。")
    )

    def to_command(self, project_id: int, paper_id: int) -> NewQuote:
        """Make the command."""
        return NewQuote(
            project_id, str(self.op_key.data), self.supplier.data, self.amount.data, paper_id, self.code.data or ""
        )


class EndForm(PageForm):
    """The end of work with the chosen supplier."""

    reason = TextAreaField(
        _("为什么终止"),
        validators=[REQUIRED, Length(max=400)],
        description=_("例如：没有按约施工、停业、查出和小组有关联。会公开。"),
    )


class ChoiceForm(PageForm):
    """The choice among the quotes."""

    quote_id = RadioField(_("选定哪一家"), coerce=int, validators=[REQUIRED])
    reason = TextAreaField(
        _("理由"), validators=[Optional(), Length(max=400)], description=_("没有选最低价时必须写明，会公开。")
    )
