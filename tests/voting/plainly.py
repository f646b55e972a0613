"""The allocation rules once more, voter by voter and with fractions only: slow, and as the definitions read."""

from fractions import Fraction


def ballots_of(election):
    """Give every ballot as a mapping from place to points, one for each voter."""
    return [dict(ballot) for ballot, times in election.groups for _ in range(times)]


def price(cost, purses, points):
    """Price a point: sort supporters by purse per point, let the poorest pay all."""
    queue = sorted(points, key=lambda voter: purses[voter] / points[voter])
    left, weight = Fraction(cost), sum(points.values())
    for voter in queue:
        if left <= purses[voter] / points[voter] * weight:
            return left / weight
        left -= purses[voter]
        weight -= points[voter]
    return None


def rival_in(election, place, bought):
    """Say whether a rival of a project was bought."""
    return any(place in pair and set(pair) - {place} <= set(bought) for pair in election.rivals)


def equal_shares(election, endowment, by_cost, ranks):
    """Buy the cheapest affordable project per unit of utility until there is none."""
    ballots = ballots_of(election)
    purses = [Fraction(endowment)] * len(ballots)
    bought = []
    while True:
        found = []
        for place, project in enumerate(election.projects):
            points = {voter: ballot[place] for voter, ballot in enumerate(ballots) if place in ballot}
            open_ = points and place not in bought and not rival_in(election, place, bought)
            each = price(project.cost, purses, points) if open_ else None
            if each is not None:
                found.append((each / (project.cost if by_cost else 1), ranks[place], place, each, points))
        if not found:
            return bought, purses
        _, _, place, each, points = min(found, key=lambda entry: entry[:2])
        bought.append(place)
        for voter, given in points.items():
            purses[voter] -= min(purses[voter], each * given)


def add_steps(election, start, step, exhaustive, by_cost, ranks):
    """Raise the endowment step by step; give the selection and the endowment."""
    endowment = Fraction(start)
    now, _ = equal_shares(election, endowment, by_cost, ranks)
    while True:
        rest = [
            election.projects[at].cost for at in election.supported if at not in now and not rival_in(election, at, now)
        ]
        left = election.budget - sum(election.projects[at].cost for at in now)
        if not rest or (exhaustive and min(rest) > left):
            return now, endowment
        following, _ = equal_shares(election, endowment + step, by_cost, ranks)
        if sum(election.projects[at].cost for at in following) > election.budget:
            return now, endowment
        now, endowment = following, endowment + step


def phragmen(election, ranks):
    """Let loads grow; buy what supporters can pay first; stop when a project tied for next does not fit."""
    ballots = ballots_of(election)
    loads = [Fraction(0)] * len(ballots)
    open_ = [at for at in election.supported if election.projects[at].cost <= election.budget]
    bought, left = [], election.budget
    while open_:
        times = {}
        for place in open_:
            fans = [voter for voter, ballot in enumerate(ballots) if place in ballot]
            times[place] = (sum(loads[voter] for voter in fans) + election.projects[place].cost) / len(fans)
        first = [place for place in open_ if times[place] == min(times.values())]
        if any(election.projects[place].cost > left for place in first):
            break
        place = min(first, key=lambda at: ranks[at])
        for voter, ballot in enumerate(ballots):
            if place in ballot:
                loads[voter] = times[place]
        bought.append(place)
        open_ = [at for at in open_ if at != place and not rival_in(election, at, bought)]
        left -= election.projects[place].cost
    return bought


def greedy(election, ranks, skip, threshold=1):
    """Take projects by points, then by the tie rule."""
    left, bought = election.budget, []
    for place in sorted(election.supported, key=lambda at: (-election.points[at], ranks[at])):
        cost = election.projects[place].cost
        if election.points[place] < threshold or rival_in(election, place, bought):
            continue
        if cost <= left:
            bought.append(place)
            left -= cost
        elif not skip:
            break
    return bought
