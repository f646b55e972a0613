"""Who may do what while work is done."""

from collections.abc import Mapping
from dataclasses import dataclass

from fundapp.kernel.actor import Actor, Role
from fundapp.kernel.errors import Forbidden, Refused
from fundapp.projects.queries import ProjectRow
from fundapp.projects.rules import Stage, Task

WORKING = frozenset({Task.LEAD, Task.TREASURER, Task.MEMBER})
LAST_BILLS = frozenset({Stage.ACCEPTED, Stage.EVALUATED})
CORRECTING = LAST_BILLS | {Stage.DELIVERING}


def check_may_work(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task]) -> None:
    """Let the working members report and claim while the project is being done.

    Raises:
        Forbidden: not one of them (``delivery.only_group``).
        Refused: another moment (``delivery.not_delivering``).
    """
    if tasks.get(actor.person_id or 0) not in WORKING:
        raise Forbidden("delivery.only_group")
    if project.stage is not Stage.DELIVERING:
        raise Refused("delivery.not_delivering")


def check_may_claim_expense(
    actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], tranches: bool, settled: bool
) -> None:
    """Let the working members claim; where money is paid in tranches, the last bills come after acceptance.

    Raises:
        Forbidden, Refused: see :func:`check_may_work`; the project is settled (``delivery.settled``).
    """
    if settled:
        raise Refused("delivery.settled")
    if not (tranches and project.stage in LAST_BILLS and tasks.get(actor.person_id or 0) in WORKING):
        check_may_work(actor, project, tasks)


def check_may_decide_expense(actor: Actor, tasks: Mapping[int, Task], claimed_by_id: int) -> None:
    """Let the supervisor or the treasurer decide, never who claimed.

    Raises:
        Forbidden: somebody else (``delivery.only_checker``), or who claimed (``delivery.second_person``).
    """
    if tasks.get(actor.person_id or 0) not in (Task.SUPERVISOR, Task.TREASURER):
        raise Forbidden("delivery.only_checker")
    if actor.person_id == claimed_by_id:
        raise Forbidden("delivery.second_person")


def check_may_ask_correction(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], settled: bool) -> None:
    """Let anybody of the group ask that a payment be taken back, before the match is settled and the project closed.

    Raises:
        Forbidden: nobody of the group (``delivery.only_whole_group``).
        Refused: settled before (``delivery.settled_before``), or another moment (``delivery.not_correcting``).
    """
    if actor.person_id not in tasks:
        raise Forbidden("delivery.only_whole_group")
    if settled:
        raise Refused("delivery.settled_before")
    if project.stage not in CORRECTING:
        raise Refused("delivery.not_correcting")


def check_may_decide_correction(actor: Actor, tasks: Mapping[int, Task], asked_by_id: int) -> None:
    """Let the supervisor or the treasurer take a payment back, never who asked for it.

    Raises:
        Forbidden: somebody else (``delivery.only_corrector``), or who asked (``delivery.another_corrects``).
    """
    if tasks.get(actor.person_id or 0) not in (Task.SUPERVISOR, Task.TREASURER):
        raise Forbidden("delivery.only_corrector")
    if actor.person_id == asked_by_id:
        raise Forbidden("delivery.another_corrects")


def check_may_accept(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], reports: int, pending: int) -> None:
    """Let the supervisor accept finished work once nothing is open.

    *pending* bills are counted where the whole match was paid before; where it comes in tranches they may wait for it.

    Raises:
        Forbidden: not the supervisor (``delivery.only_supervisor``).
        Refused: another moment, no report yet (``delivery.no_progress``), open expenses (``delivery.expenses_open``).
    """
    if tasks.get(actor.person_id or 0) is not Task.SUPERVISOR:
        raise Forbidden("delivery.only_supervisor")
    if project.stage is not Stage.DELIVERING:
        raise Refused("delivery.not_delivering")
    if reports == 0:
        raise Refused("delivery.no_progress")
    if pending:
        raise Refused("delivery.expenses_open", count=pending)


@dataclass(frozen=True)
class Books:
    """What a closing looks at: unpaid and owed fen, undecided bills, whether a settlement is needed and not there.

    ``advances``: how many advances are neither repaid nor given; ``corrections``: how many payments somebody asked to
    take back and nobody has decided on.
    """

    unpaid: int = 0
    owed: int = 0
    pending: int = 0
    unsettled: bool = False
    advances: int = 0
    corrections: int = 0


def check_may_settle(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task], settled: bool, waiting: int) -> None:
    """Let a foundation officer of the place, who is not of the group, settle an accepted project's match once.

    Raises:
        Forbidden: somebody else (``delivery.only_officer``), or of the group (``delivery.not_ones_own``).
        Refused: settled before (``delivery.settled``), not accepted (``delivery.not_accepted``), a claim undecided
            (``delivery.claim_waits``).
    """
    if not actor.has(Role.FOUNDATION_OFFICER, project.place_path):
        raise Forbidden("delivery.only_officer")
    if actor.person_id in tasks:
        raise Forbidden("delivery.not_ones_own")
    if settled:
        raise Refused("delivery.settled")
    if project.stage not in LAST_BILLS:
        raise Refused("delivery.not_accepted")
    if waiting:
        raise Refused("delivery.claim_waits")


def check_may_repay(actor: Actor, project: ProjectRow, tasks: Mapping[int, Task]) -> None:
    """Let the treasurer, or a foundation officer of the place, give back what is owed.

    Raises:
        Forbidden: neither (``delivery.only_payer``).
    """
    treasurer = tasks.get(actor.person_id or 0) is Task.TREASURER
    if not treasurer and not actor.has(Role.FOUNDATION_OFFICER, project.place_path):
        raise Forbidden("delivery.only_payer")


def check_may_close(actor: Actor, project: ProjectRow, books: Books) -> None:
    """Let the community's worker close an evaluated project whose promised money has been paid.

    Raises:
        Forbidden: not a worker here (``delivery.only_worker``).
        Refused: not evaluated (``delivery.not_evaluated``), not settled (``delivery.not_settled``), promised money
            unpaid (``delivery.money_not_paid``), money owed (``delivery.money_owed``), bills undecided
            (``delivery.expenses_open``), advances open (``delivery.advances_open``), a correction undecided
            (``delivery.correction_waits``).
    """
    if not actor.has(Role.WORKER, project.place_path):
        raise Forbidden("delivery.only_worker")
    if project.stage is not Stage.EVALUATED:
        raise Refused("delivery.not_evaluated")
    if books.unsettled:
        raise Refused("delivery.not_settled")
    if books.unpaid:
        raise Refused("delivery.money_not_paid")
    if books.owed:
        raise Refused("delivery.money_owed")
    if books.pending:
        raise Refused("delivery.expenses_open", count=books.pending)
    if books.advances:
        raise Refused("delivery.advances_open", count=books.advances)
    check_nothing_asked(books.corrections)


def check_nothing_asked(corrections: int) -> None:
    """Refuse to settle or close while somebody asks that a payment be taken back.

    Raises:
        Refused: ``delivery.correction_waits``.
    """
    if corrections:
        raise Refused("delivery.correction_waits", count=corrections)
