"""Register the lines of a consent book, or single sheets for the doors, before they are printed."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from fundapp.audit.commands import record
from fundapp.consent import queries
from fundapp.consent.commands.holding import hold_for_worker
from fundapp.consent.commands.rounds import RegisterPapers, register_papers
from fundapp.consent.paper_models import ConsentBook, ConsentLine
from fundapp.consent.papers import BookForm, BookScope
from fundapp.consent.policy import MOST_SHEETS
from fundapp.kernel.actor import Actor
from fundapp.kernel.clock import Clock
from fundapp.kernel.errors import Refused


@dataclass(frozen=True)
class RegisterBook:
    """Print a book of all doors, of a building or of a group; ``silent_only``: of those that have not answered."""

    round_id: int
    form: BookForm
    scope: BookScope
    scope_id: int | None = None
    silent_only: bool = False


def register_book(session: Session, actor: Actor, cmd: RegisterBook, clock: Clock) -> ConsentBook:
    """Register a serial for each door of the book, before the close; what is printed can only be keyed in so.

    Raises:
        Forbidden: not the worker of the community.
        Refused: the answering has closed; no door there; more doors than one may print at once.

    Source: peers.md rows 17 and 18.
    """
    held = hold_for_worker(session, actor, cmd.round_id, clock)
    title, units = queries.book_units(session, held.round.snapshot_id, cmd.scope, cmd.scope_id)
    if cmd.silent_only:
        said = queries.answered_units(session, held.round)
        units = [unit_id for unit_id in units if unit_id not in said]
    if not units:
        raise Refused("consent.no_doors", field="scope")
    if len(units) > MOST_SHEETS:
        raise Refused("consent.book_too_thick", field="scope", most=MOST_SHEETS)
    papers = register_papers(session, actor, RegisterPapers(cmd.round_id, len(units)), clock)
    book = ConsentBook(
        round_id=held.round.id,
        form=cmd.form,
        scope=cmd.scope,
        scope_id=None if cmd.scope is BookScope.ALL else cmd.scope_id,
        title=title,
        lines=len(units),
        made_by_id=actor.person_id,
        made_at=held.now,
    )
    session.add(book)
    session.flush()
    here = {"book_id": book.id, "round_id": held.round.id, "snapshot_id": held.round.snapshot_id}
    printed = zip(papers, units, strict=True)
    session.add_all([ConsentLine(**here, serial=paper.serial, unit_id=unit_id) for paper, unit_id in printed])
    session.flush()
    record(session, actor, "consent.register_book", f"consent_book:{book.id}", held.now, lines=book.lines)
    return book
