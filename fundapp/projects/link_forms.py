"""The shape of what is typed when two projects are linked."""

from collections.abc import Iterable
from typing import Any

import flask_babel
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import Length, Optional

from fundapp.projects import texts
from fundapp.projects.commands import AnswerLink, LinkProjects
from fundapp.projects.linking import LinkKind, LinkStep
from fundapp.projects.queries import ProjectRow
from fundapp.web.forms import REQUIRED, PageForm, options

_: Any = flask_babel.lazy_gettext  # labels are typed as plain text


class LinkForm(PageForm):
    """With which project, how, and why."""

    other = SelectField(_("和哪个项目"), coerce=int, validators=[REQUIRED])
    kind = RadioField(
        _("是什么关系"),
        choices=options((kind.value, words) for kind, words in texts.LINK_KINDS.items()),
        validators=[REQUIRED],
    )
    reason = TextAreaField(_("理由（公开）"), validators=[REQUIRED, Length(max=400)])

    def offer(self, others: Iterable[ProjectRow], wished: int | None) -> None:
        """Offer the projects of the community; *wished* is the one that somebody came from."""
        listed = [(one.id, f"{one.title}（{one.place_name}，{texts.STAGE_LABELS[one.stage]}）") for one in others]
        self.other.choices = options(listed)
        if self.other.data is None and wished in [number for number, _words in listed]:
            self.other.data = wished

    def to_command(self, project_id: int) -> LinkProjects:
        """Make the command."""
        return LinkProjects(project_id, self.other.data, LinkKind(self.kind.data), str(self.reason.data))


class AnswerForm(PageForm):
    """What becomes of a link."""

    step = RadioField(_("怎样答复"), validators=[REQUIRED])
    reason = TextAreaField(_("理由"), validators=[Optional(), Length(max=400)])

    def offer(self, steps: Iterable[LinkStep]) -> None:
        """Offer the steps that this person may take; where there is one only, it is chosen."""
        self.step.choices = options((step.value, texts.LINK_STEPS[step]) for step in steps)
        if len(self.step.choices) == 1 and self.step.data is None:
            self.step.data = self.step.choices[0].value

    def to_command(self, link_id: int) -> AnswerLink:
        """Make the command."""
        return AnswerLink(link_id, LinkStep(self.step.data), str(self.reason.data or ""))
