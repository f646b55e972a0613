"""Consent rounds: open, answer on the phone and on paper, publish."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fundapp.consent.commands import (
    AnswerByPhone,
    EndRoundEarly,
    ExtendRound,
    KeySheets,
    LineSaid,
    Named,
    OpenRound,
    PublishResult,
    RegisterPapers,
    answer_by_phone,
    end_round_early,
    extend_round,
    key_sheets,
    open_round,
    publish_result,
    register_papers,
)
from fundapp.consent.models import ConsentRound
from fundapp.consent.policy import Choice
from fundapp.consent.queries import bar_of_round, door_or_refuse, silent_heads
from fundapp.consent.rules import area_text
from fundapp.kernel.clock import local_date
from fundapp.kernel.errors import BadInput
from fundapp.people.commands import bind_household
from fundapp.people.models import Person
from fundapp.people.queries import actor_of
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key, picture

SAID = (
    ("agree", Choice.AGREE), ("oppose", Choice.OPPOSE), ("abstain", Choice.ABSTAIN), ("follow", Choice.FOLLOW),
)  # fmt: skip


@deed("consent.open", "project opens closes")
def consent_open(scene: Scene) -> Facts:
    """Open a round. Fields: project, opens, closes."""
    opens, closes = scene.fields.instant("opens"), scene.fields.instant("closes")
    made = open_round(scene.session, scene.actor, OpenRound(scene.thing("project"), opens, closes), scene.clock)
    scene.make("consent_round", made.id)
    return numbers(scene, made.id)


def numbers(scene: Scene, round_id: int) -> Facts:
    """Give the facts that every deed of a round has."""
    bar = bar_of_round(scene.session, round_id, scene.clock.at)
    area = bar.count.area
    measured = {
        "area": area_text(area.total), "area_participating": area_text(area.participating),
        "area_agree": area_text(area.agree),
    } if area else {}  # fmt: skip
    return {
        "households": bar.households, "agree": bar.agree, "oppose": bar.oppose, "abstain": bar.abstain,
        "follow": bar.follow, "silent": bar.silent, "needed": bar.needed,
        "outcome": bar.outcome.value if bar.outcome else "", **measured,
    }  # fmt: skip


@deed("consent.answer", "round door answer")
def consent_answer(scene: Scene) -> Facts:
    """Answer on the phone for one's household. Fields: round, door, answer (agree, oppose, abstain, follow)."""
    round_id = scene.thing("consent_round", "round")
    unit = door_or_refuse(scene.session, snapshot_of(scene.session, round_id), scene.fields.text("door"))
    cmd = AnswerByPhone(round_id, unit, scene.fields.choice("answer", Choice), key())
    answer_by_phone(scene.session, scene.actor, cmd, scene.clock)
    return numbers(scene, round_id)


@deed("consent.answers", "round agree oppose abstain follow")
def consent_answers(scene: Scene) -> Facts:
    """Let many households answer on the phone, each by an invented resident.

    Fields: round, agree, oppose, abstain, follow.
    """
    round_id = scene.thing("consent_round", "round")
    wanted = [choice for name, choice in SAID for _ in range(scene.fields.whole(name, 0))]
    for (unit_id, door), choice in zip(silent_households(scene, round_id, len(wanted)), wanted, strict=True):
        person = neighbour(scene, unit_id, door)
        actor = actor_of(scene.session, person, scene.clock.at)
        answer_by_phone(scene.session, actor, AnswerByPhone(round_id, unit_id, choice, key()), scene.clock)
    return numbers(scene, round_id)


def neighbour(scene: Scene, unit_id: int, door: str) -> int:
    """Make an invented resident who speaks for a household, and give her number."""
    person = Person(name=f"演示·{door}住户", created_at=scene.clock.at)
    scene.session.add(person)
    scene.session.flush()
    bind_household(scene.session, person.id, unit_id, scene.clock.at)
    return person.id


def snapshot_of(session: Session, round_id: int) -> int:
    """Give the roster on which a round stands."""
    return session.scalar(select(ConsentRound.snapshot_id).where(ConsentRound.id == round_id)) or 0


def silent_households(scene: Scene, round_id: int, count: int) -> list[tuple[int, str]]:
    """List so many silent households from the end of the roster.

    Raises:
        BadInput: fewer are silent.
    """
    left = silent_heads(scene.session, round_id)
    if len(left) < count:
        raise BadInput(scene.fields.where, f"{count} answers", f"at most {len(left)}: so many households are silent")
    return left[-count:] if count else []


@deed("consent.extend", "round closes reason")
def consent_extend(scene: Scene) -> Facts:
    """Let a round close later. Fields: round, closes, reason."""
    round_id = scene.thing("consent_round", "round")
    cmd = ExtendRound(round_id, scene.fields.instant("closes"), scene.fields.text("reason"))
    extend_round(scene.session, scene.actor, cmd, scene.clock)
    return numbers(scene, round_id)


@deed("consent.end_early", "round")
def consent_end_early(scene: Scene) -> Facts:
    """End an owners' round before its close. Fields: round."""
    round_id = scene.thing("consent_round", "round")
    end_round_early(scene.session, scene.actor, EndRoundEarly(round_id), scene.clock)
    return numbers(scene, round_id)


@deed("consent.papers", "round place agree oppose abstain follow")
def consent_papers(scene: Scene) -> Facts:
    """Register and key in paper answers of many households.

    Fields: round, place, agree, oppose, abstain, follow.
    """
    round_id, place = scene.thing("consent_round", "round"), scene.thing("place")
    wanted = [choice for name, choice in SAID for _ in range(scene.fields.whole(name, 0))]
    sheets = register_papers(scene.session, scene.actor, RegisterPapers(round_id, len(wanted)), scene.clock)
    scan = picture(scene.session, scene.actor, place, scene.clock)
    silent, today = silent_households(scene, round_id, len(wanted)), local_date(scene.clock.at)
    lines = tuple(
        LineSaid(sheet.serial, unit_id, choice, today)
        for sheet, (unit_id, _), choice in zip(sheets, silent, wanted, strict=True)
    )
    cmd = KeySheets(round_id, lines, scan, Named(scene.actor.person_id), key())
    key_sheets(scene.session, scene.actor, cmd, scene.clock)
    return numbers(scene, round_id)


@deed("consent.publish", "round complete")
def consent_publish(scene: Scene) -> Facts:
    """Publish the result. Fields: round, complete (all paper is keyed in)."""
    round_id = scene.thing("consent_round", "round")
    cmd = PublishResult(round_id, scene.fields.yes("complete", True))
    publish_result(scene.session, scene.actor, cmd, scene.clock)
    return numbers(scene, round_id)
