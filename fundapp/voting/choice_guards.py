"""The limits of a round, held by the database on every table that keeps what a ballot with a door names."""

from fundapp.db.guards import refuse


def within_limits(table: str) -> None:
    """Keep the rows of *table*, a ballot's candidates with their points, to the limits of their round."""
    refuse(
        f"{table}_within_points",
        table,
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND NEW.points <= r.most_points "  # noqa: S608 - our own words
        f"AND NEW.points + (SELECT COALESCE(SUM(c.points), 0) FROM {table} c WHERE c.ballot_id = NEW.ballot_id) "
        "<= r.points)",
        "a ballot gives no more points than its round allows",
    )
    refuse(
        f"{table}_ranked",
        table,
        "INSERT",
        f"EXISTS (SELECT 1 FROM vote_round r JOIN {table} c ON c.ballot_id = NEW.ballot_id "  # noqa: S608 - our own words
        "AND c.points = NEW.points WHERE r.id = NEW.round_id AND r.ballot = 'ranking')",
        "a ballot gives each rank once",
    )
    refuse(
        f"{table}_affordable",
        table,
        "INSERT",
        "EXISTS (SELECT 1 FROM vote_round r WHERE r.id = NEW.round_id AND r.ballot = 'knapsack' AND r.budget_fen < "  # noqa: S608 - our own words
        "(SELECT SUM(k.cost_fen) FROM vote_candidate k WHERE k.id = NEW.candidate_id OR k.id IN "
        f"(SELECT c.candidate_id FROM {table} c WHERE c.ballot_id = NEW.ballot_id)))",
        "a ballot spends no more than the money of its round",
    )
