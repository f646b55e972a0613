"""What points upward: events that a lower package tells, questions that a lower page asks.

``app.py`` writes both tables out. A reaction runs in the same session and transaction; a provider only reads.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

Reaction = Callable[[Session, Any], None]
_reactions: dict[type, list[Reaction]] = {}
_providers: dict[str, Callable[..., Any]] = {}


def wire(reactions: Mapping[type, Sequence[Reaction]], providers: Mapping[str, Callable[..., Any]]) -> None:
    """Replace both tables."""
    _reactions.clear()
    _reactions.update({kind: list(called) for kind, called in reactions.items()})
    _providers.clear()
    _providers.update(providers)


def tell(session: Session, event: object) -> None:
    """Let every reaction to *event* run now, in this transaction."""
    for reaction in _reactions.get(type(event), ()):
        reaction(session, event)


def ask(question: str, *args: Any, **kwargs: Any) -> Any:
    """Ask a named read-only question.

    Raises:
        KeyError: nobody answers it.

    """
    return _providers[question](*args, **kwargs)
