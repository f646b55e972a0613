"""Plays a story, deed by deed, each in a unit of work of its own."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from secrets import token_hex
from typing import Any

from sqlalchemy.orm import Session

from fundapp.db.work import unit_of_work
from fundapp.kernel.actor import NOBODY, Actor
from fundapp.kernel.clock import SetClock
from fundapp.kernel.errors import BadInput, Forbidden, NotVisible, Refused
from fundapp.people.queries import actor_of
from fundapp.stories.fields import Fields
from fundapp.stories.rules import Deed, Story

Facts = dict[str, Any]


@dataclass
class World:
    """What the story has made so far: ``things`` maps (kind, handle) to a number.

    ``slips`` and ``vote_slips`` hold the codes that were printed, by round and household, as the households hold them
    on paper; ``secret`` is the key of their hashes. ``shares`` are the shares of sealed rounds and ``counts`` the files
    that were counted from their boxes, by round: what key-holders have in hand.
    """

    today: date
    things: dict[tuple[str, str], int] = field(default_factory=dict)
    logins: list[tuple[str, str, str]] = field(default_factory=list)
    secret: str = field(default_factory=lambda: token_hex(32), repr=False)
    slips: dict[tuple[int, int], str] = field(default_factory=dict, repr=False)
    vote_slips: dict[tuple[int, int], str] = field(default_factory=dict, repr=False)
    shares: dict[int, tuple[str, ...]] = field(default_factory=dict, repr=False)
    counts: dict[int, bytes] = field(default_factory=dict, repr=False)

    def named(self, kind: str, handle: str, where: str) -> int:
        """Give the number of the thing that a handle names.

        Raises:
            BadInput: nothing of that kind has that handle.
        """
        if (kind, handle) not in self.things:
            known = sorted(name for of_kind, name in self.things if of_kind == kind)
            raise BadInput(where, repr(handle), f"the handle of a {kind}: {', '.join(known) or 'there is none yet'}")
        return self.things[(kind, handle)]


@dataclass(frozen=True)
class Scene:
    """What a deed's handler works with."""

    world: World
    session: Session
    actor: Actor
    fields: Fields
    clock: SetClock
    handle: str | None
    by: str

    def thing(self, kind: str, field_name: str | None = None) -> int:
        """Give the number of the thing that a field names; the field is called like its kind."""
        name = field_name or kind
        return self.world.named(kind, self.fields.text(name), f"{self.fields.where}, {name}")

    def make(self, kind: str, number: int, handle: str | None = None) -> None:
        """Remember a new thing by the deed's ``as`` handle, or by *handle*."""
        name = handle or self.handle
        if name:
            self.world.things[(kind, name)] = number


Handler = Callable[[Scene], Facts | None]
HANDLERS: dict[str, Handler] = {}
FIELDS: dict[str, frozenset[str]] = {}


def deed(name: str, fields: str) -> Callable[[Handler], Handler]:
    """Register the handler of a deed with the names of all its fields, blanks between them."""

    def register(handler: Handler) -> Handler:
        if name in HANDLERS:
            raise ValueError(f"two handlers for {name}")
        HANDLERS[name], FIELDS[name] = handler, frozenset(fields.split())
        return handler

    return register


@dataclass(frozen=True)
class Difference:
    """The first deed whose outcome was not the expected one."""

    file: str
    line: int
    deed: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.deed}: expected {self.expected}, got {self.got}"


def play(story: Story, world: World) -> Difference | None:
    """Play all deeds; stop at the first whose outcome differs and say so.

    Raises:
        BadInput: an unknown deed, field or handle.
    """
    for step in story.deeds:
        found = _play_one(story, step, world)
        if found is not None:
            return found
    return None


def _play_one(story: Story, step: Deed, world: World) -> Difference | None:
    where = f"{story.file}:{step.line}"
    handler = HANDLERS.get(step.do)
    if handler is None:
        raise BadInput(f"{where}, do", repr(step.do), "one of " + ", ".join(sorted(HANDLERS)))
    fields = Fields(where, step.fields, world.today, FIELDS[step.do])
    got, facts = _outcome(handler, step, world, fields)
    if got != step.expect:
        return Difference(story.file, step.line, step.do, step.expect, got)
    for name, wanted in step.then.items():
        if name not in facts:
            raise BadInput(f"{where}, then.{name}", "an unknown fact", "one of " + ", ".join(sorted(facts)))
        if facts[name] != wanted:
            return Difference(story.file, step.line, step.do, f"{name} = {wanted!r}", f"{facts[name]!r}")
    return None


def _outcome(handler: Handler, step: Deed, world: World, fields: Fields) -> tuple[str, Facts]:
    clock = SetClock(step.at)
    try:
        with unit_of_work() as session:
            actor = _actor(session, world, step, fields.where)
            facts = handler(Scene(world, session, actor, fields, clock, step.handle, step.by)) or {}
            fields.done()
        return "ok", facts
    except Forbidden as refusal:
        return f"forbidden:{refusal.code}", {}
    except Refused as refusal:
        return f"refused:{refusal.code}", {}
    except NotVisible:
        return "not_visible", {}


def _actor(session: Session, world: World, step: Deed, where: str) -> Actor:
    if step.by == "-":
        return NOBODY
    return actor_of(session, world.named("person", step.by, f"{where}, by"), step.at)
