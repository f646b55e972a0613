"""Read the figures of reports."""

from fundapp.reports.queries.figures import Line, figure_of, figures_of, lines_under
from fundapp.reports.queries.subjects import (
    GiftRow,
    ProjectFigures,
    SubjectLine,
    by_project,
    gifts_of,
    lines_about,
)

__all__ = [
    "GiftRow",
    "Line",
    "ProjectFigures",
    "SubjectLine",
    "by_project",
    "figure_of",
    "figures_of",
    "gifts_of",
    "lines_about",
    "lines_under",
]
