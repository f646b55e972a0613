"""The deeds on projects: proposing, checking, forming the group, moving on."""

from fundapp.projects.commands.checking import CheckProposal, check_proposal
from fundapp.projects.commands.drafting import (
    BeginProposal,
    SaveDraft,
    attach_photo,
    begin_proposal,
    remove_photo,
    save_draft,
    withdraw,
)
from fundapp.projects.commands.groups import FormGroup, form_group
from fundapp.projects.commands.linking import AnswerLink, LinkProjects, answer_link, link_projects
from fundapp.projects.commands.moves import lock_project, move_on
from fundapp.projects.commands.submitting import SubmitProposal, keep_lines, submit_proposal

__all__ = [
    "AnswerLink",
    "BeginProposal",
    "CheckProposal",
    "FormGroup",
    "LinkProjects",
    "SaveDraft",
    "SubmitProposal",
    "answer_link",
    "attach_photo",
    "begin_proposal",
    "check_proposal",
    "form_group",
    "keep_lines",
    "link_projects",
    "lock_project",
    "move_on",
    "remove_photo",
    "save_draft",
    "submit_proposal",
    "withdraw",
]
