"""The form for a roster file."""

from typing import Any

import flask_babel
from flask_wtf.file import FileField, FileRequired

from fundapp.rosters.commands import KeepUpload
from fundapp.rosters.sheets import MAX_BYTES
from fundapp.web.forms import PageForm

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text


class UploadForm(PageForm):
    """A roster as Excel or CSV."""

    file = FileField(_("名册文件"), [FileRequired(_("请选择文件。"))], render_kw={"accept": ".xlsx,.csv"})

    def to_command(self, compound_id: int) -> KeepUpload:
        """Give the command; one byte over the limit is enough to be refused."""
        sent = self.file.data
        return KeepUpload(compound_id, sent.filename or "", sent.stream.read(MAX_BYTES + 1))
