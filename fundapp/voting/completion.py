"""Completing equal shares: raise everybody's endowment step by step until the budget is used.

Stepping would rerun the method for every step. Between two endowments that provably buy the same projects in the
same order nothing changes, so whole stretches are passed over; where that cannot be proved, each step is run.
"""

from fractions import Fraction

from fundapp.voting.equal_shares import Run, TooCoarse
from fundapp.voting.field import Field
from fundapp.voting.options import Options, Start, Stop


class _Runs:
    """Runs of one election, with a unit that is made finer when a run asks for it."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.bits = 64

    def at(self, endowment: Fraction, before: Run | None = None) -> Run | None:
        """Run from *endowment*; None if *before* is given and a change in between cannot be ruled out."""
        while True:
            run = Run(self.field, endowment, self.bits)
            try:
                return run if run.play(before) else None
            except TooCoarse:
                self.bits *= 2

    def one(self, endowment: Fraction) -> Run:
        """Run from *endowment*."""
        run = self.at(endowment)
        if run is None:
            raise AssertionError("a run of its own always ends")
        return run


def plain(field: Field) -> Run:
    """Run equal shares once, from exactly budget / voters."""
    return _Runs(field).one(Fraction(field.election.budget, field.election.voters))


def add_steps(field: Field, options: Options) -> Run:
    """Raise the endowment by ``options.step`` (fen) until the stop rule or until every supported project is bought.

    With ``overspend`` the run before the first that costs more than the budget counts; with ``exhaustive`` the first
    that leaves no room for any unselected project with a vote, or that same one.

    Source: docs/rules/voting.md, rule `mes-add1`.
    """
    election = field.election
    runs = _Runs(field)
    run = runs.one(_first(election.budget, election.voters, options.start))
    stretch = _Stretch()
    while not _ends(run, options.stop):
        reach = run.endowment + stretch.steps * options.step
        if stretch.steps > 1:
            proved = runs.at(reach, before=run)
            stretch.tried(proved is not None)
            run = proved or run
            continue
        following = runs.one(reach)
        if following.cost > election.budget:
            break
        stretch.stepped(following.order == run.order)
        run = following
    return run


class _Stretch:
    """How many steps to pass over next: twice as many after each proof, half after a failure.

    Where proofs keep failing even for two steps, they are tried more and more rarely.
    """

    def __init__(self) -> None:
        self.steps = 1
        self.barrier = 0
        self.patience = 1
        self.calm = 0

    def tried(self, proved: bool) -> None:
        """Take note of an attempt to pass over ``steps``; ``barrier`` counts the steps to where one failed."""
        if proved:
            self.patience = 1
            self.barrier = max(self.barrier - self.steps, 0)
            self.steps = max(self.barrier // 2, 1) if self.barrier else self.steps * 2
        else:
            self.calm = 0
            self.patience = min(self.patience * 2, 64) if self.steps == 2 else self.patience
            self.barrier = self.steps
            self.steps //= 2

    def stepped(self, same: bool) -> None:
        """Take note of a single step that bought the *same* in the same order, or did not."""
        self.calm = self.calm + 1 if same else 0
        self.barrier = max(self.barrier - 1, 0)
        if self.barrier:
            self.steps = max(self.barrier // 2, 1)
        else:
            self.steps = 2 if self.calm >= self.patience else 1


def _first(budget: int, voters: int, start: Start) -> Fraction:
    return Fraction(budget, voters) if start is Start.EXACT else Fraction(budget // (100 * voters) * 100)


def _ends(run: Run, stop: Stop) -> bool:
    supports = run.field.supports
    gone = run.round_of.keys() | run.out.keys()
    rest = [support.cost for place, support in supports.items() if place not in gone]
    if stop is Stop.EXHAUSTIVE:
        left = run.field.election.budget - run.cost
        return all(cost > left for cost in rest)
    return not rest
