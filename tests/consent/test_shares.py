"""What a household agrees to pay is fixed when it is asked, and everybody sees by which rule."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fundapp.consent import commands, queries
from fundapp.consent.checks import check_shares
from fundapp.db.guards import guards
from fundapp.db.schema import drop_guard
from fundapp.db.work import bound_engine, reading_session, unit_of_work
from fundapp.kernel.actor import Role
from fundapp.kernel.errors import Refused
from fundapp.kernel.money import from_fen
from fundapp.projects.models import ProjectVersion
from fundapp.projects.sharing import Sharing
from tests.consent.asking import CLOSES, OPENS, Asked, at, attack, make_project, make_scan, phone
from tests.support.world import NOW, make_person, make_place_tree, make_resident

ADD = "INSERT INTO consent_share (round_id, unit_id, snapshot_id, share_fen) VALUES (1, :unit, 1, :fen)"


def ask(sum_fen=10_000, how=Sharing.EQUAL, buildings=""):
    """Open a round over three households that share a sum."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=3)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        resident = make_resident(session, "居民", places.units[0])
        project = make_project(session, worker, places.compound)
        seen = session.get_one(ProjectVersion, 1)
        shared = ProjectVersion(
            **{c.key: getattr(seen, c.key) for c in ProjectVersion.__table__.columns if c.key not in ("id", "number")}
        )
        shared.number, shared.sharing, shared.sharing_fen, shared.sharing_buildings = (
            2,
            how,
            from_fen(sum_fen),
            buildings,
        )
        session.add(shared)
        session.execute(text("UPDATE project SET version = 2"))
    with unit_of_work() as session:
        opened = commands.open_round(session, worker, commands.OpenRound(project, OPENS, CLOSES), at(NOW))
        scan = make_scan(session, worker, places.compound)
        return Asked(places, worker, (resident,), project, opened.id, scan)


def page_for(asked, actor):
    """Give the round's page as *actor* sees it."""
    with reading_session() as session:
        return queries.round_page(session, asked.round, actor, OPENS)


def test_each_household_sees_what_it_is_to_bear(working):
    """To the fen; everybody sees the rule and the floors, no door."""
    asked = ask()
    page = page_for(asked, asked.residents[0])
    assert [page.shares.by_unit[unit] for unit in asked.places.units] == [from_fen(n) for n in (3334, 3333, 3333)]
    assert sum(line.households for line in page.shares.floors) == 3
    with reading_session() as session:
        assert check_shares(session).first_fault is None


def test_a_round_does_not_open_where_an_area_is_missing(working):
    """Households cannot agree to an amount that nobody can compute."""
    with pytest.raises(Refused) as refusal:
        ask(how=Sharing.AREA)
    assert refusal.value.code == "projects.share_needs_area"


def test_a_project_without_a_shared_sum_has_no_shares(working):
    """Voluntary gifts stay voluntary: nothing is written, nothing is shown."""
    with unit_of_work() as session:
        places = make_place_tree(session, units=1)
        worker = make_person(session, "王社工", Role.WORKER, places.community)
        project = make_project(session, worker, places.compound)
        opened = commands.open_round(session, worker, commands.OpenRound(project, OPENS, CLOSES), at(NOW))
    with reading_session() as session:
        assert queries.round_page(session, opened.id, worker, OPENS).shares is None
        assert session.scalar(text("SELECT count(*) FROM consent_share")) == 0


def test_shares_are_never_changed_added_to_or_taken_away(working):
    """By plain SQL: what was asked stays what was asked."""
    asked = ask()
    attack("UPDATE consent_share SET share_fen = 1")
    attack("DELETE FROM consent_share")
    attack(ADD, unit=asked.places.units[0], fen=0)
    attack("UPDATE project_version SET sharing_fen = 1 WHERE number = 2")


@pytest.mark.parametrize("guard", ["consent_share_within_sum", "consent_share_before_answers"])
def test_the_database_holds_the_sum_and_the_moment(working, guard):
    """No share over the sum, none once somebody has answered; each attack succeeds without its guard."""
    asked = ask(buildings="")
    if guard == "consent_share_before_answers":
        phone(asked, 0)
    others = [one for one in guards() if one.name in ("consent_share_keeps_rows", "consent_share_no_replace")]
    late = {"unit": asked.places.units[2], "fen": 3333 if guard == "consent_share_before_answers" else 3334}
    with bound_engine().execution_options(writes=True).begin() as connection:
        for one in others:
            drop_guard(connection, one)
        connection.execute(text("DELETE FROM consent_share WHERE unit_id = :unit"), {"unit": late["unit"]})
    with pytest.raises(DBAPIError), bound_engine().execution_options(writes=True).begin() as connection:
        connection.execute(text(ADD), late)
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == guard))
        connection.execute(text(ADD), late)


def test_the_check_names_a_round_whose_shares_do_not_sum(working):
    """A share changed behind the program's back is found."""
    ask()
    with bound_engine().execution_options(writes=True).begin() as connection:
        drop_guard(connection, next(one for one in guards() if one.name == "consent_share_keeps_values"))
        connection.execute(text("UPDATE consent_share SET share_fen = 0 WHERE share_fen = 3334"))
    with reading_session() as session:
        assert "consent_round:1" in check_shares(session).first_fault
