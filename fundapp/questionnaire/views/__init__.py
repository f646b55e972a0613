"""Pages of questionnaires: for everybody, for households, for who asks, for the worker."""

from fundapp.questionnaire.views import asking, code, office, pages  # noqa: F401 - they add their pages
from fundapp.questionnaire.views.blueprint import bp

__all__ = ["bp"]
