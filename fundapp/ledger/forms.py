"""The shape of what is filled in about a book: a chart's file, a reversal and its decision."""

from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField
from wtforms.validators import Length, Optional, StopValidation

from fundapp.kernel.errors import BadInput
from fundapp.ledger.chart import Chart, chart_of_toml
from fundapp.ledger.commands import NewReversal
from fundapp.ledger.rules import ReversalReason
from fundapp.ledger.texts import REASONS
from fundapp.web.forms import REQUIRED, OnceForm, PageForm, TextField, options

_: Any = flask_babel.lazy_gettext  # field labels are typed as plain text
MOST_BYTES = 100_000


class ChartForm(PageForm):
    """Another version of a chart, as a file."""

    file = FileField(
        _("科目表文件"),
        [FileRequired(_("请选择文件。"))],
        render_kw={"accept": ".toml"},
        description=_("先下载现行的科目表，改好再上传；以前的版本都保留。"),
    )
    chart: Chart | None = None

    def validate_file(self, field: Any) -> None:
        """Read the file; what is wrong is told on the field."""
        with field.data.stream as sent:
            raw = sent.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise StopValidation(str(_("文件太大，科目表不会超过 100 KB。")))
        try:
            self.chart = chart_of_toml(raw, field.data.filename or "")
        except BadInput as bad:
            said = flask_babel.gettext(
                "看不懂这份科目表：%(found)s，应当是 %(wanted)s。", found=bad.found, wanted=bad.expected
            )
            raise StopValidation(said) from None


class ReversalForm(OnceForm):
    """Why a posting shall be taken back."""

    reason = RadioField(
        _("原因"), choices=options((one.value, REASONS[one]) for one in ReversalReason), validators=[REQUIRED]
    )
    told = TextField(_("说明"), [REQUIRED, Length(max=160)], description=_("会写进冲销凭证，会公开，请不要写姓名。"))

    def to_command(self, journal_id: int) -> NewReversal:
        """Make the command."""
        reason = ReversalReason(self.reason.data)
        return NewReversal(journal_id, str(self.op_key.data), reason, str(self.told.data))


class DecideReversalForm(PageForm):
    """Another person's word."""

    passed = RadioField(
        _("意见"), choices=options([("yes", _("同意冲销")), ("no", _("不同意"))]), validators=[REQUIRED]
    )
    why = TextField(_("不同意的理由"), [Optional(), Length(max=200)])
