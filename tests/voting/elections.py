"""Small random elections with round costs, so that ties and exact hits are common."""

from hypothesis import strategies as st

from fundapp.voting.ballots import Election, Project, VoteType

PAIRS = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 4)]
COSTS = [100, 200, 300, 400, 500, 600, 700, 900, 1000, 1200, 2500]


@st.composite
def elections(draw, max_points=1, most_times=1):
    """Draw up to six projects, rivals, up to nine ballots (some blank), how often each was cast, and a budget."""
    costs = draw(st.lists(st.sampled_from(COSTS), min_size=1, max_size=6))
    projects = tuple(Project(str(at + 7), cost) for at, cost in enumerate(costs))
    points = st.integers(1, max_points)
    marks = st.dictionaries(st.integers(0, len(costs) - 1), points, max_size=len(costs))
    ballots = draw(st.lists(marks, min_size=1, max_size=9))
    budget = draw(st.integers(1, 40)) * 100
    kind = VoteType.APPROVAL if max_points == 1 else VoteType.CUMULATIVE
    times = [draw(st.sampled_from([1, 2, most_times])) if most_times > 1 else 1 for _ in ballots]
    return election_of(
        projects,
        [ballot for ballot, often in zip(ballots, times, strict=True) for _ in range(often)],
        budget * (sum(times) // 9 + 1),
        kind,
        draw(st.lists(st.sampled_from(PAIRS), max_size=2, unique=True)),
    )


def election_of(projects, ballots, budget, kind=VoteType.APPROVAL, rivals=()):
    """Make an election of mappings from place to points."""
    cast = {}
    for ballot in ballots:
        key = tuple(sorted(ballot.items()))
        cast[key] = cast.get(key, 0) + 1
    pairs = tuple(sorted(pair for pair in rivals if pair[1] < len(projects)))
    return Election(projects, budget, tuple(cast.items()), read=len(ballots), vote_type=kind, rivals=pairs)


def ids(election, places):
    """Give the ids of places."""
    return tuple(election.projects[at].id for at in places)
