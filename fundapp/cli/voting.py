"""``fundapp voting``: count a round from a .pb file; make keys and open a box. All without a database."""

from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import click

from fundapp.cli.box import keys, open_the_box
from fundapp.cli.output import print_json
from fundapp.cli.table import table_text
from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import yuan_text
from fundapp.voting import pabulib_words
from fundapp.voting.options import own_options
from fundapp.voting.pabulib import decoded, read_pabulib
from fundapp.voting.rules import (
    Fill,
    Options,
    Outcome,
    Round,
    Rule,
    Start,
    Stop,
    Ties,
    Utility,
    Verdict,
    Why,
    allocate,
    choose,
)

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _choice(words: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([word.value for word in words])


@click.group()
def command() -> None:
    """表决: allocation by votes."""


command.add_command(keys)
command.add_command(open_the_box)


@command.command()
@click.argument("file", type=_FILE)
@click.option("--rule", type=_choice(Rule), required=True)
@click.option("--utility", type=_choice(Utility), help="mes, mes-add1: cost (the default) or points.")
@click.option("--start", type=_choice(Start), help="mes-add1: exact or integral (the default).")
@click.option("--stop", type=_choice(Stop), help="mes-add1: exhaustive or overspend (the default).")
@click.option("--fill", type=_choice(Fill), help="mes-add1: none (the default) or greedy.")
@click.option("--step", help="mes-add1: yuan by which each endowment grows per step; 1 is the default.")
@click.option("--threshold", help="greedy-threshold: the least points; the default is what the file states.")
@click.option("--ties", type=_choice(Ties), help="lot (the default) or id.")
@click.option("--lots", type=_FILE, help="The drawn order: one project id per line.")
@click.option("--explain", is_flag=True, help="Add payments per round and why projects were not selected.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def tally(file: Path, rule: str, explain: bool, as_json: bool, **given: str | Path | None) -> None:
    """Count FILE (.pb or .pb.gz) by RULE.

    Raises:
        BadInput: a file that breaks the format, an option that does not go with the rule.
    """
    options = _options(Rule(rule), explain, given)
    election = read_pabulib(file)
    for remark in election.remarks:
        click.echo(f"fundapp: {remark}", err=True)
    outcome = allocate(election, options)
    if as_json:
        print_json(_told(outcome))
    else:
        click.echo(_page(outcome))


_READ = {"utility": Utility, "start": Start, "stop": Stop, "fill": Fill, "ties": Ties}


def _options(rule: Rule, explain: bool, given: dict[str, str | Path | None]) -> Options:
    said: dict[str, object] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name in _READ:
            said[name] = _READ[name](str(value))
        elif name == "step":
            said[name] = _step(str(value))
        elif name == "threshold":
            said[name] = pabulib_words.number(str(value), "--threshold")
        else:
            said[name] = _lots(Path(value))
    return choose(rule, explain=explain, **said)


def _step(text: str) -> int:
    step = pabulib_words.fen_number(text, "--step")
    if step <= 0:
        raise BadInput("--step", repr(text), "yuan above 0")
    return step


def _lots(file: Path) -> tuple[str, ...]:
    lines = decoded(file.read_bytes(), str(file)).splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def _told(outcome: Outcome) -> dict[str, object]:
    told: dict[str, object] = {
        "rule": outcome.options.rule.value,
        "options": _named(outcome.options),
        "budget": yuan_text(outcome.budget),
        "selected": list(outcome.selected),
        "cost": yuan_text(outcome.cost),
        "filled": list(outcome.filled),
        "endowment": _exact_yuan(outcome.endowment),
        "ties": [{"at": tie.at, "among": list(tie.among), "chosen": tie.chosen} for tie in outcome.ties],
        "ballots": outcome.ballots,
        "invalid": outcome.invalid,
    }
    if outcome.options.explain:
        told["rounds"] = [_round(round_) for round_ in outcome.rounds]
        told["why_not"] = [_why_not(verdict) for verdict in outcome.verdicts if _unselected(verdict)]
    return told


def _named(options: Options) -> dict[str, object]:
    """Name the options that decided the result, whether they were given or are defaults."""
    named: dict[str, object] = {}
    for name in own_options(options.rule):
        value = getattr(options, name)
        named[name] = yuan_text(value) if name == "step" else None if value is None else str(value)
    named["ties"] = options.ties.value
    if options.ties is Ties.LOT:
        named["lots"] = "natural order" if options.lots is None else list(options.lots)
    return named


def _exact_yuan(fen: Fraction | None) -> str | None:
    """Print fen as exact yuan: a whole number or a fraction."""
    return None if fen is None else str(fen / 100)


def _unselected(verdict: Verdict) -> bool:
    return verdict.why not in (Why.SELECTED, Why.FILLED)


def _round(round_: Round) -> dict[str, object]:
    return {
        "project": round_.project,
        "cost": yuan_text(round_.cost),
        "price": _exact_yuan(round_.price),
        "time": _exact_yuan(round_.time),
        "payments": [{"voters": paid.voters, "each": _exact_yuan(paid.each)} for paid in round_.payments],
    }


def _why_not(verdict: Verdict) -> dict[str, object]:
    return {
        "project": verdict.project,
        "why": verdict.why.value,
        "cost": yuan_text(verdict.cost),
        "points": str(verdict.points),
        "votes": verdict.votes,
        "left": None if verdict.left is None else yuan_text(verdict.left),
        "blocked_by": verdict.blocked_by,
        "supporters_left": _exact_yuan(verdict.supporters_left),
        "went_to": [{"project": project, "amount": _exact_yuan(amount)} for project, amount in verdict.went_to],
    }


_WHY = {
    Why.SELECTED: "入选",
    Why.FILLED: "补足入选",
    Why.NO_VOTES: "无人投票",
    Why.BELOW_THRESHOLD: "未达票数门槛",
    Why.OVER_BUDGET: "造价高于总预算",
    Why.DOES_NOT_FIT: "余款不足",
    Why.AFTER_STOP: "计票已止",
    Why.SUPPORTERS_SHORT: "支持者份额不足",
}


def _page(outcome: Outcome) -> str:
    rows = [
        [verdict.project, str(verdict.points), yuan_text(verdict.cost), _WHY[verdict.why]]
        for verdict in outcome.verdicts
    ]
    ties = [f"并列：{'、'.join(tie.among)}，取 {tie.chosen}" for tie in outcome.ties]
    summary = (
        f"预算 {yuan_text(outcome.budget)} 元，入选造价 {yuan_text(outcome.cost)} 元，"
        f"选票 {outcome.ballots} 张，其中无效 {outcome.invalid} 张"
    )
    return "\n".join([table_text(["项目", "得分", "造价(元)", "结果"], rows), summary, *ties])
