"""The shape of what is typed on the pages of codes and kiosks."""

from typing import Any

import flask_babel
from wtforms import SelectField
from wtforms.validators import Length, Optional

from fundapp.voting.commands import OpenKiosk, PrintCodes
from fundapp.web.forms import REQUIRED, PageForm, TextField

lazy_gettext: Any = flask_babel.lazy_gettext  # field labels are typed as plain text


class CodeForm(PageForm):
    """A code typed off a slip, or the address that a scanner types."""

    code = TextField(lazy_gettext("投票码"), validators=[REQUIRED, Length(max=200)])


class SlipsForm(PageForm):
    """Whose slips are printed."""

    door = TextField(lazy_gettext("只给一户换新（门牌）"), validators=[Optional(), Length(max=160)])

    def to_command(self, round_id: int) -> PrintCodes:
        """Make the command."""
        return PrintCodes(round_id, str(self.door.data or ""))


class KioskForm(PageForm):
    """For which place this browser is to take votes, and where it stands."""

    place_id = SelectField(lazy_gettext("收哪里的票"), coerce=int)
    seat = TextField(lazy_gettext("自助机放在哪里"), validators=[REQUIRED, Length(max=80)])

    def to_command(self) -> OpenKiosk:
        """Make the command."""
        return OpenKiosk(self.place_id.data, str(self.seat.data))
