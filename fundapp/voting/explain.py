"""Why each project was selected or not, and who paid what: counted from the exact run, never from the selection."""

from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction

from fundapp.voting.ballots import Election
from fundapp.voting.equal_shares import Run
from fundapp.voting.options import Options, Rule
from fundapp.voting.outcome import Count, Outcome, Payment, Round, Verdict, Why


def outcome(
    election: Election,
    options: Options,
    ranks: Sequence[int],
    count: Count,
    *,
    filled: Sequence[int] = (),
    rounds: Sequence[Round] = (),
    run: Run | None = None,
) -> Outcome:
    """Put a count into words: ids instead of places, a verdict for every project, rounds if they were asked for."""
    chosen = [*count.selected, *filled]
    cost = sum(election.projects[at].cost for at in chosen)
    rest = sorted(set(range(len(election.projects))) - set(chosen), key=lambda at: (-election.points[at], ranks[at]))
    told = run if options.explain else None
    left = election.budget - cost
    verdicts = [_verdict(election, at, Why.SELECTED) for at in count.selected]
    verdicts += [_verdict(election, at, Why.FILLED) for at in filled]
    verdicts += [_refusal(election, options, count, at, left, told) for at in rest]
    if told:
        rounds = [_paid(told, at) for at in range(len(told.bought))]
    return Outcome(
        options=options,
        budget=election.budget,
        selected=tuple(election.projects[at].id for at in count.selected),
        filled=tuple(election.projects[at].id for at in filled),
        cost=cost,
        endowment=count.endowment,
        ties=tuple(count.ties),
        ballots=election.read,
        invalid=election.invalid,
        verdicts=tuple(verdicts),
        rounds=tuple(rounds) if options.explain else (),
        rivals=tuple((election.projects[one].id, election.projects[other].id) for one, other in election.rivals),
    )


def _verdict(
    election: Election,
    place: int,
    why: Why,
    *,
    left: int | None = None,
    blocker: int | None = None,
    supporters_left: Fraction | None = None,
    went_to: tuple[tuple[str, Fraction], ...] = (),
) -> Verdict:
    project = election.projects[place]
    return Verdict(
        project=project.id,
        why=why,
        cost=project.cost,
        points=Fraction(election.points[place], election.points_unit),
        votes=election.votes[place],
        left=left,
        blocked_by=None if blocker is None else election.projects[blocker].id,
        supporters_left=supporters_left,
        went_to=went_to,
    )


def _refusal(election: Election, options: Options, count: Count, place: int, left: int, run: Run | None) -> Verdict:
    if not election.votes[place]:
        return _verdict(election, place, Why.NO_VOTES)
    purses, went_to = (_rest(run, place), _went_to(run, place)) if run else (None, ())
    if place in count.refused:
        why, then, blocker = count.refused[place]
        return _verdict(election, place, why, left=then, blocker=blocker, supporters_left=purses, went_to=went_to)
    if options.rule is Rule.GREEDY_THRESHOLD:
        return _verdict(election, place, Why.BELOW_THRESHOLD)
    return _verdict(election, place, Why.SUPPORTERS_SHORT, left=left, supporters_left=purses, went_to=went_to)


def _crowd(run: Run, place: int, rounds: int) -> Iterator[tuple[int, int, int]]:
    """Give the supporters of a project after so many rounds: pattern, points for the project, how many voters."""
    for crowd in run.field.crowds(place, run.taken[rounds]):
        for pattern, heads in zip(crowd.patterns, crowd.heads, strict=True):
            yield pattern, crowd.points, heads


def _rest(run: Run, place: int) -> Fraction:
    purses: Counter[Fraction] = Counter()
    for pattern, _, heads in _crowd(run, place, len(run.bought)):
        purses[run.exact_purse(pattern)] += heads
    return _sum(purses)


def _went_to(run: Run, place: int) -> tuple[tuple[str, Fraction], ...]:
    """Say what the supporters of *place* paid for each selected project, in order of selection."""
    given: dict[int, Counter[Fraction]] = {}
    for pattern, _, heads in _crowd(run, place, len(run.bought)):
        for round_, paid in _payments_of(run, pattern):
            given.setdefault(round_, Counter())[paid] += heads
    return tuple((_id(run, round_), _sum(given[round_])) for round_ in sorted(given))


def _payments_of(run: Run, pattern: int) -> Iterator[tuple[int, Fraction]]:
    """List what a voter of a pattern paid, by round; rounds in which she had nothing left are missing."""
    patterns, marks = run.field.patterns, run.field.marks
    supported: list[tuple[int, int]] = []
    while pattern:
        place, points = marks[patterns.last[pattern]]
        supported.append((run.round_of[place], points))
        pattern = patterns.parent[pattern]
    purse = run.endowment
    for round_, points in sorted(supported):
        paid = min(purse, points * run.exact_price(round_))
        purse -= paid
        if paid:
            yield round_, paid


def _paid(run: Run, round_: int) -> Round:
    """Tell one round of equal shares: the price of a point and all payments."""
    place = run.bought[round_].place
    price = run.exact_price(round_)
    heads: Counter[Fraction] = Counter()
    for pattern, points, voters in _crowd(run, place, round_):
        heads[min(run.exact_purse(pattern), price * points)] += voters
    payments = tuple(Payment(voters, each) for each, voters in sorted(heads.items(), reverse=True) if each)
    return Round(_id(run, round_), run.field.supports[place].cost, price=price, payments=payments)


def _id(run: Run, round_: int) -> str:
    return run.field.election.projects[run.bought[round_].place].id


def _sum(amounts: Counter[Fraction]) -> Fraction:
    return sum((amount * heads for amount, heads in amounts.items()), Fraction(0))
