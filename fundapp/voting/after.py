"""What follows the count: the notice, what an upheld objection leads to, and what binds in the end."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from moneyed import Money

from fundapp.kernel.money import fen, yuan_text

KIND = "result"
SOURCE = "voting:"


class Consequence(StrEnum):
    """What an upheld objection to a result leads to: 重新计票, 本轮作废, or 提交议事会."""

    RECOUNT = "recount"
    VOID = "void"
    BODY = "body"


NAMED: tuple[Consequence, ...] = tuple(Consequence)
"""The consequences in the order in which a notice offers them, from number 1 on."""


@dataclass(frozen=True)
class Candidate:
    """A project of a result in public words, with its frozen cost."""

    project_id: int
    title: str
    cost: Money


@dataclass(frozen=True)
class Bound:
    """What binds: the selected projects in their order, and the reserve list from its first rank."""

    selected: tuple[int, ...]
    reserve: tuple[int, ...]


def source_of(round_id: int) -> str:
    """Name a round as the source of notices.

    >>> source_of(17)
    'voting:17'
    """
    return f"{SOURCE}{round_id}"


def round_of(source: str) -> int | None:
    """Give the round that a source names.

    >>> round_of("voting:17"), round_of("consent:3")
    (17, None)
    """
    number = source.removeprefix(SOURCE)
    return int(number) if source.startswith(SOURCE) and number.isdecimal() else None


def consequence_of(named: Sequence[int]) -> Consequence | None:
    """Give the one consequence that an answer names by its number; ``None`` where it names none or several.

    >>> consequence_of((1,)).value, consequence_of(()), consequence_of((1, 2))
    ('recount', None, None)
    """
    known = dict(enumerate(NAMED, start=1))
    return known.get(named[0]) if len(named) == 1 else None


def bound_of(standings: Iterable[tuple[int, bool, int]]) -> Bound:
    """Give what binds of (project, selected, rank).

    >>> bound_of([(7, True, 1), (9, False, 2), (8, False, 1)])
    Bound(selected=(7,), reserve=(8, 9))
    """
    ranked = sorted(standings, key=lambda one: one[2])
    return Bound(
        tuple(project for project, selected, _rank in ranked if selected),
        tuple(project for project, selected, _rank in ranked if not selected),
    )


def overridden(bound: Bound, changes: Mapping[int, bool]) -> Bound:
    """Give what binds after a body decided otherwise: ``True`` puts a project in, ``False`` takes it out.

    Who is put in stands after the selected ones; who is taken out, at the end of the reserve list.

    >>> overridden(Bound((1, 2), (3, 4)), {1: False, 4: True})
    Bound(selected=(2, 4), reserve=(3, 1))
    """
    stays = [project for project in bound.selected if changes.get(project, True)]
    comes = [project for project in bound.reserve if changes.get(project, False)]
    waits = [project for project in bound.reserve if project not in comes]
    goes = [project for project in bound.selected if project not in stays]
    return Bound((*stays, *comes), (*waits, *goes))


def words(
    budget: Money, candidates: Collection[Candidate], bound: Bound, turnout: tuple[int, int], reply_days: int
) -> str:
    """Say a result in the words of its notice: projects and sums, never a ballot, never a door.

    *turnout* is (households that voted, households on the roster).
    """
    known = {one.project_id: one for one in candidates}
    chosen = [known[project_id] for project_id in bound.selected]
    cost = sum(fen(one.cost) for one in chosen)
    lines = [
        f"名册 {turnout[1]} 户，投票 {turnout[0]} 户。本轮资金 {yuan_text(fen(budget))} 元。",
        f"入选 {len(chosen)} 个，预算共 {yuan_text(cost)} 元：{'、'.join(one.title for one in chosen)}。"
        if chosen
        else "没有项目入选。",
    ]
    if bound.reserve:
        waiting = "、".join(
            f"第 {n} 位{known[project_id].title}" for n, project_id in enumerate(bound.reserve, start=1)
        )
        lines.append(f"备选库：{waiting}。")
    lines.append(
        f"公示期内对结果有不同意见的，可以提出异议，{reply_days} 天内由没有经手公布的工作人员答复。"
        "公示期满、异议全部答复以后结果生效；在这以前，哪个项目都不进入下一步。"
    )
    return "\n".join(lines)
