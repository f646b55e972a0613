"""Forms for signing in, joining, and for the register of persons."""

from collections.abc import Sequence
from typing import Any, cast

import flask_babel
from wtforms import PasswordField, SelectField
from wtforms.validators import EqualTo, Length, Optional

from fundapp.kernel.actor import Role
from fundapp.people.codes import IssueCodes, Scope, UseCode
from fundapp.people.commands import ChangePassword, MakePerson
from fundapp.people.rules import BY_HAND
from fundapp.people.texts import ROLES, SCOPES
from fundapp.web.forms import REQUIRED, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text

PASSWORD = [REQUIRED, Length(max=200, message=_("密码太长。"))]
SAME = EqualTo("password", message=_("两次填写的密码不一样。"))


class SignInForm(PageForm):
    """Name and password."""

    login = TextField(_("登录名"), [REQUIRED], render_kw={"autocomplete": "username", "autocapitalize": "none"})
    password = PasswordField(_("密码"), PASSWORD, render_kw={"autocomplete": "current-password"})


class PasswordForm(PageForm):
    """A change of one's own password."""

    old = PasswordField(_("现在的密码"), PASSWORD, render_kw={"autocomplete": "current-password"})
    new = PasswordField(_("新密码"), PASSWORD, render_kw={"autocomplete": "new-password"})
    again = PasswordField(
        _("再填一次新密码"),
        [REQUIRED, EqualTo("new", message=_("两次填写的密码不一样。"))],
        render_kw={"autocomplete": "new-password"},
    )

    def to_command(self) -> ChangePassword:
        """Give the command."""
        return ChangePassword(str(self.old.data), str(self.new.data))


class BindForm(PageForm):
    """A further household for the account that is signed in."""

    code = TextField(_("入户码"), [REQUIRED], render_kw={"autocomplete": "off", "autocapitalize": "characters"})

    def to_command(self) -> UseCode:
        """Give the command."""
        return UseCode(str(self.code.data))


class JoinForm(BindForm):
    """A household's code and the account that it opens."""

    name = TextField(_("您的姓名"), [REQUIRED, Length(max=60)], render_kw={"autocomplete": "name"})
    login = TextField(
        _("登录名"), [REQUIRED, Length(max=40)], render_kw={"autocomplete": "username", "autocapitalize": "none"}
    )
    password = PasswordField(_("设一个密码"), PASSWORD, render_kw={"autocomplete": "new-password"})
    again = PasswordField(_("再填一次密码"), [REQUIRED, SAME], render_kw={"autocomplete": "new-password"})

    def to_command(self) -> UseCode:
        """Give the command."""
        return UseCode(str(self.code.data), str(self.name.data), str(self.login.data), str(self.password.data))


class PersonForm(PageForm):
    """A new person of the staff with her account."""

    name = TextField(_("姓名"), [REQUIRED, Length(max=60)], render_kw={"autocomplete": "off"})
    login = TextField(_("登录名"), [REQUIRED, Length(max=40)], render_kw={"autocomplete": "off"})

    def to_command(self) -> MakePerson:
        """Give the command."""
        return MakePerson(str(self.name.data))


class GrantForm(PageForm):
    """A role in a place."""

    role = SelectField(
        _("身份"), [REQUIRED], choices=options((role.value, cast(str, ROLES[role])) for role in Role if role in BY_HAND)
    )
    place = SelectField(_("在哪里"), [REQUIRED], coerce=int)

    def __init__(self, places: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.place.choices = list(places)


class IssueForm(PageForm):
    """Which households get a new code."""

    scope = SelectField(
        _("给谁打印"), [REQUIRED], choices=options((scope.value, cast(str, words)) for scope, words in SCOPES.items())
    )
    building = SelectField(_("哪一栋"), [Optional()], coerce=int)

    def __init__(self, buildings: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.building.choices = [(0, _("全部楼栋")), *buildings]

    def to_command(self, compound_id: int) -> IssueCodes:
        """Give the command."""
        return IssueCodes(compound_id, Scope(self.scope.data), building_id=self.building.data or None)
