"""The shape of the register's entries."""

from typing import Any

import flask_babel
from wtforms import DateField, RadioField
from wtforms.validators import Length, Optional

from fundapp.parties.commands import NewInterest
from fundapp.parties.rules import Bond
from fundapp.parties.texts import BONDS
from fundapp.web.forms import REQUIRED, OnceForm, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class DeclareForm(OnceForm):
    """What somebody says of herself."""

    kind = RadioField(_("什么关系"), choices=options((b.value, BONDS[b]) for b in Bond), validators=[REQUIRED])
    name = TextField(
        _("和哪个单位或个人有关系"),
        validators=[Optional(), Length(max=120)],
        description=_("单位写执照上的全称。近亲属、同住的人开的单位，也写那个单位。"),
    )
    code = TextField(
        _("统一社会信用代码"),
        validators=[Optional(), Length(max=40)],
        description=_("单位必填，执照上的 18 位；个人不填。"),
    )
    other_login = TextField(
        _("或者：和本系统里的谁是近亲属、同住一户"),
        validators=[Optional(), Length(max=40)],
        description=_("写对方的登录名；上面已经写了单位或个人，这里不填。"),
    )
    starts_on = DateField(_("从哪天开始"), validators=[REQUIRED])
    note = TextField(
        _("说明"), validators=[Optional(), Length(max=200)], description=_("只给基金会工作人员看，如：妻子持股 30%。")
    )

    def to_command(self, login: str = "") -> NewInterest:
        """Make the command."""
        return NewInterest(
            op_key=str(self.op_key.data),
            login=login,
            kind=Bond(self.kind.data),
            name=self.name.data or "",
            code=self.code.data or "",
            other_login=self.other_login.data or "",
            starts_on=self.starts_on.data,
            note=self.note.data or "",
        )


class EntryForm(DeclareForm):
    """What the foundation's staff enter of somebody."""

    login = TextField(
        _("谁（登录名）"),
        validators=[REQUIRED, Length(max=40)],
        description=_("项目小组的人，或者审批、付款的工作人员。"),
    )

    def __iter__(self) -> Any:
        """Ask first whom it is about."""
        return iter([self.login, *(field for field in super().__iter__() if field.name != "login")])


class EndForm(PageForm):
    """Why an entry counts no more."""

    reason = TextField(
        _("为什么终止"), validators=[REQUIRED, Length(max=200)], description=_("如：2026 年 3 月已转让全部股份。")
    )
