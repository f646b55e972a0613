"""The paper of consent rounds: books, second keying, what became of sheets, visits."""

from fundapp.consent.commands import (
    EndSheets,
    KeySecond,
    Named,
    RecordVisit,
    RegisterBook,
    SecondRead,
    end_sheets,
    key_second,
    record_visit,
    register_book,
)
from fundapp.consent.models import ConsentRound
from fundapp.consent.papers import BookForm, BookScope, SheetEnd, SheetState, VisitResult, count_sheets
from fundapp.consent.queries import door_or_refuse, keyed_paper, paper_stand, scopes_of, sheet_states, visits_of
from fundapp.kernel.errors import BadInput
from fundapp.stories.deeds.answering import snapshot_of
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key


@deed("consent.second_keying", "round")
def consent_second_keying(scene: Scene) -> Facts:
    """Key the drawn sheets in a second time, as they were keyed first. Fields: round."""
    round_id = scene.thing("consent_round", "round")
    stand = paper_stand(scene.session, scene.session.get_one(ConsentRound, round_id))
    reads = []
    for serial in stand.waiting:
        first = keyed_paper(scene.session, round_id, serial)
        if first is not None:
            reads.append(SecondRead(serial, first.unit_id, first.answer))
    key_second(scene.session, scene.actor, KeySecond(round_id, tuple(reads)), scene.clock)
    return {"drawn": len(stand.drawn), "keyed": len(reads)}


@deed("consent.sheets", "round how reason")
def consent_sheets(scene: Scene) -> Facts:
    """Say what became of sheets that are still out. Fields: round, how (void, missing), reason."""
    round_id = scene.thing("consent_round", "round")
    states = sheet_states(scene.session, round_id)
    out = tuple(serial for serial, state in states.items() if state is SheetState.OUT)
    cmd = EndSheets(round_id, out, scene.fields.choice("how", SheetEnd), scene.fields.text("reason", ""))
    end_sheets(scene.session, scene.actor, cmd, scene.clock)
    count = count_sheets(sheet_states(scene.session, round_id).values())
    return {"printed": count.printed, "entered": count.entered, "void": count.void, "missing": count.missing}


@deed("consent.book", "round building")
def consent_book(scene: Scene) -> Facts:
    """Register a book of all doors, or of one building by its name. Fields: round, building."""
    round_id, building = scene.thing("consent_round", "round"), scene.fields.text("building", "")
    scopes = scopes_of(scene.session, snapshot_of(scene.session, round_id))
    known = {row.title: row for row in scopes if row.scope is not BookScope.GROUP}
    if building not in known:
        raise BadInput(f"{scene.fields.where}, building", repr(building), "、".join(filter(None, known)))
    row = known[building]
    book = register_book(
        scene.session, scene.actor, RegisterBook(round_id, BookForm.LIST, row.scope, row.id), scene.clock
    )
    return {"lines": book.lines}


@deed("consent.visit", "round door result note")
def consent_visit(scene: Scene) -> Facts:
    """Keep a visit that brought no answer. Fields: round, door, result, note."""
    round_id = scene.thing("consent_round", "round")
    unit = door_or_refuse(scene.session, snapshot_of(scene.session, round_id), scene.fields.text("door"))
    result, note = scene.fields.choice("result", VisitResult), scene.fields.text("note", "")
    cmd = RecordVisit(round_id, unit, result, scene.clock.at, key(), Named(scene.actor.person_id), note)
    record_visit(scene.session, scene.actor, cmd, scene.clock)
    return {"visits": len(visits_of(scene.session, round_id)[unit])}
