"""Read the desk: what waits for a person, her projects, and the standing pages of her roles."""

from fundapp.desk.queries.staff_steps import unpaid
from fundapp.desk.queries.waiting import doors, my_projects, waiting

__all__ = ["doors", "my_projects", "unpaid", "waiting"]
