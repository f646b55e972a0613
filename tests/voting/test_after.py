"""From a count to what binds: a notice first, objections and what they lead to, and then the projects move."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fundapp.db.work import reading_session, unit_of_work
from fundapp.kernel.errors import BadInput, Forbidden, Refused
from fundapp.publicity.rules import Medium, Verdict
from fundapp.voting import checks, commands, queries
from fundapp.voting.after import Consequence
from fundapp.voting.after_models import VoteConsequence
from fundapp.voting.rounds import terms_of
from tests.voting import noticing
from tests.voting.noticing import DAY, IN, OVER, after, bind, make_noticed, object_to, reply, stages
from tests.voting.polling import BY_VOTE, CLOSES, JUST, SHUT, at, make_polled, publish, run
from tests.voting.test_pages import page_of, send

ON_BALLOT = ["in_round"] * 4
MOVED = ["selected", "selected", "reserved", "reserved"]


def test_a_result_binds_only_when_its_notice_is_over_and_until_then_nothing_moves(working):
    """Five whole days after the day of publication; the moment before the end is refused, the end is not."""
    polled, street = make_noticed()
    ends = after(polled).notice.period.ends_at
    assert stages(polled) == ON_BALLOT
    for moment in (SHUT, IN, at(ends - JUST)):
        with pytest.raises(Refused) as refused:
            bind(polled, clock=moment)
        assert refused.value.code == "publicity.still_open"
    assert stages(polled) == ON_BALLOT
    assert after(polled, at(ends)).state == "due"
    bind(polled, street, at(ends))
    assert stages(polled) == MOVED
    assert after(polled).state == "bound"
    with pytest.raises(Refused) as refused:
        bind(polled)
    assert refused.value.code == "voting.binds_already"


def test_a_policy_without_days_of_notice_binds_at_once(working):
    """As older policies mean it: nothing waits, and there is no notice."""
    polled = make_polled()
    publish(polled)
    assert set(stages(polled)) == {"reserved"}
    assert (after(polled).state, after(polled).notice) == ("bound", None)


def test_an_unanswered_objection_and_a_missing_photo_hold_a_result_back(working):
    """What was to hang on the board is proven inside the period; and every objection is answered, late or not."""
    polled, street = make_noticed(media=(Medium.BOARD,))
    objection = object_to(polled)
    with pytest.raises(Refused) as refused:
        bind(polled)
    assert refused.value.code == "publicity.unproven"
    noticing.proven(polled)
    with pytest.raises(Refused) as refused:
        bind(polled)
    assert refused.value.code == "publicity.unanswered"
    reply(objection, street, verdict=Verdict.REJECTED, clock=OVER)
    bind(polled)
    assert stages(polled) == MOVED


def test_who_published_a_result_answers_no_objection_to_it(working):
    """Another of the staff does; neither does a stranger."""
    polled, street = make_noticed()
    objection = object_to(polled)
    with pytest.raises(Forbidden) as refused:
        reply(objection, polled.worker, verdict=Verdict.REJECTED)
    assert refused.value.code == "publicity.own_deed"
    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO publicity_reply (objection_id, verdict, summary, reason, person_id, at) "
            "VALUES (:objection, 'rejected', '一', '二', :person, :at)",
            objection=objection, person=polled.worker.person_id, at=IN.at,
        )  # fmt: skip
    reply(objection, street, verdict=Verdict.REJECTED)


def test_an_upheld_objection_names_exactly_one_consequence(working):
    """Upheld or partly upheld, it leads to something recorded; rejected, to nothing."""
    polled, street = make_noticed()
    objection = object_to(polled)
    for verdict, named in ((Verdict.UPHELD, ()), (Verdict.PARTLY, ()), (Verdict.UPHELD, tuple(Consequence))):
        with pytest.raises(Refused) as refused:
            reply(objection, street, *named, verdict=verdict)
        assert refused.value.code == "voting.one_consequence"
    with pytest.raises(Refused) as refused:
        reply(objection, street, Consequence.VOID, verdict=Verdict.REJECTED)
    assert refused.value.code == "publicity.nothing_falls"
    assert stages(polled) == ON_BALLOT


@pytest.mark.parametrize("moment", [IN, OVER], ids=["inside", "after the period"])
def test_a_recount_is_recorded_and_the_notice_runs_anew(working, moment):
    """Also where the last answer comes after the period: everybody has the whole period to look at it again."""
    polled, street = make_noticed()
    reply(object_to(polled), street, Consequence.RECOUNT, clock=moment)
    found = after(polled, moment)
    assert (found.state, found.notice.number) == ("notice", 2)
    assert [kind for _at, kind in found.consequences] == [Consequence.RECOUNT]
    with pytest.raises(Refused) as refused:
        bind(polled, clock=at(moment.at + 5 * DAY))
    assert refused.value.code == "publicity.still_open"
    bind(polled, clock=at(moment.at + 6 * DAY))
    assert stages(polled) == MOVED


def test_a_round_that_fell_gives_its_projects_back_and_binds_nothing(working):
    """They may stand in another round; the published count stays to be seen."""
    polled, street = make_noticed()
    reply(object_to(polled), street, Consequence.VOID)
    assert stages(polled) == ["consented"] * 4
    assert (after(polled).state, after(polled).fall_reason) == ("void", "核对了全部选票。")
    for late in (lambda: bind(polled), lambda: object_to(polled, 1)):
        with pytest.raises(Refused) as refused:
            late()
        assert refused.value.code in ("voting.fell", "publicity.withdrawn")


def test_a_household_objects_only_so_often_until_the_notice_changes(working):
    """Two here: the third is refused by name and by the database, a new revision begins anew."""
    polled, street = make_noticed()
    first = object_to(polled)
    object_to(polled)
    with pytest.raises(Refused) as refused:
        object_to(polled)
    assert (refused.value.code, refused.value.facts["most"]) == ("publicity.enough", 2)
    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO publicity_objection (notice_id, number, unit_id, on_paper, text, op_key, person_id, at, "
            "reply_due_at) SELECT notice_id, number, unit_id, on_paper, text, 'other', person_id, :at, reply_due_at "
            "FROM publicity_objection WHERE id = :first",
            first=first, at=IN.at,
        )  # fmt: skip
    object_to(polled, 1)
    reply(first, street, Consequence.RECOUNT)
    object_to(polled)


def test_who_may_let_an_outcome_bind(working):
    """A worker or an officer of the place; no resident, nobody of another place."""
    polled, _street = make_noticed()
    _elsewhere, stranger = make_noticed(publish=False)
    for actor in (polled.residents[0], stranger):
        with pytest.raises(Forbidden) as refused:
            bind(polled, actor)
        assert refused.value.code == "voting.not_publisher"


@pytest.mark.parametrize("forged", ["early", "open objection", "after the fall", "another budget"])
def test_the_database_lets_no_outcome_bind_before_its_time(working, forged):
    """Plain SQL is held to the notice, the answers, the fall and the budget."""
    polled, street = make_noticed()
    if forged in ("open objection", "after the fall"):
        objection = object_to(polled)
    if forged == "after the fall":
        reply(objection, street, Consequence.VOID)
    with pytest.raises(IntegrityError):
        run(
            "INSERT INTO vote_binding (round_id, selected, reserve, budget_fen, cost_fen, person_id, at) "
            "VALUES (:round, '[]', '[]', :budget, 0, :person, :at)",
            round=polled.round, budget=500_001 if forged == "another budget" else 500_000,
            person=polled.worker.person_id, at=IN.at if forged == "early" else OVER.at,
        )  # fmt: skip


def test_nothing_is_told_of_a_consequence_that_no_objection_led_to(working):
    """Plain SQL is refused before the objection is upheld, and after the outcome binds."""
    polled, street = make_noticed()
    objection = object_to(polled)
    forge = (
        "INSERT INTO vote_fall (round_id, objection_id, reason, person_id, at) "
        "VALUES (:round, :objection, '不想要', :person, :at)"
    )
    values = {"round": polled.round, "objection": objection, "person": street.person_id, "at": IN.at}
    with pytest.raises(IntegrityError):
        run(forge, **values)
    reply(objection, street, Consequence.RECOUNT)
    bind(polled, clock=at(IN.at + 6 * DAY))
    with pytest.raises(IntegrityError):
        run(forge, **values)


def test_the_check_finds_what_binds_beside_the_count(working):
    """Whole as it stands; a result that binds otherwise cannot be written, and one that does not bind is named."""
    polled, street = make_noticed()
    reply(object_to(polled), street, Consequence.RECOUNT)
    bind(polled, clock=at(IN.at + 6 * DAY))
    with reading_session() as session:
        assert checks.check_bound(session).first_fault is None
        assert checks.check_rules(session).first_fault is None
        assert [len(row.counted) for row in session.scalars(select(VoteConsequence))] == [64]


def test_a_recount_that_differs_is_not_passed_over(working, monkeypatch):
    """Whoever upholds is told to find out first; nothing is recorded."""
    polled, street = make_noticed()
    objection = object_to(polled)
    monkeypatch.setattr(commands.after.queries, "recount", lambda *_: (_ for _ in ()).throw(Refused("tests.other")))
    with pytest.raises(Refused):
        reply(objection, street, Consequence.RECOUNT)
    assert after(polled, IN).consequences == ()


def test_the_terms_of_a_notice_are_read_from_the_policy_and_frozen_with_the_round(working):
    """Out of range they are refused by name; a later policy does not reach an opened round."""
    assert terms_of({"voting": BY_VOTE}).notice.publicity_days == 0
    for name, value in (("publicity_days", 61), ("reply_days", 0), ("objections_most", "3")):
        with pytest.raises(BadInput, match=name):
            terms_of({"voting": BY_VOTE | {name: value}})
    polled, _street = make_noticed(publish=False)
    with pytest.raises(IntegrityError):
        run("UPDATE vote_round SET publicity_days = 0 WHERE id = :round", round=polled.round)


def test_the_words_of_a_notice_name_projects_and_no_doors(working):
    """Selected with their sum, the reserve list by rank, turnout, and when it binds."""
    polled, _street = make_noticed()
    with unit_of_work() as session:
        words = commands.after.words_of(session, session.get_one(commands.after.VoteRound, polled.round))
    assert words.splitlines()[:3] == [
        "名册 6 户，投票 3 户。本轮资金 5000.00 元。",
        "入选 2 个，预算共 3000.00 元：装路灯、修雨棚。",
        "备选库：第 1 位铺路面、第 2 位健身角。",
    ]
    assert after(polled).notice.period.ends_at > CLOSES


def test_the_pages_lead_from_the_publication_to_what_binds(sqlite_app, visit, stand):
    """Publish with the days told, object, answer with a consequence, and let it bind when all is done."""
    sqlite_app.config["WTF_CSRF_ENABLED"] = False
    polled, street = make_noticed(publish=False)
    path = f"/votes/{polled.round}"
    stand(CLOSES)
    worker, officer, resident = visit(polled.worker), visit(street), visit(polled.residents[0])
    assert "公示 5 天" in page_of(worker, f"{path}/result")
    assert send(worker, f"{path}/result", media=["board"]).status_code == 303
    assert "结果公示中" in page_of(visit(), path)
    assert "之前不能公布最终结果" in page_of(worker, f"{path}/binding")
    number, shown = noticing.notice(polled), f"/notices/{noticing.notice(polled)}"
    assert "项目表决" in page_of(visit(), shown)
    noticing.proven(polled)
    stand(IN.at)
    assert send(resident, f"{shown}/objections/new", unit_id=polled.places.units[0], text="没算进去").status_code == 303
    answer = "/notices/objections/1/reply"
    assert "由另一位工作人员答复" in page_of(worker, answer)
    assert "重新计票" in page_of(officer, answer)
    said = {"verdict": "upheld", "summary": "一户说票没有算进去", "reason": "核对了全部选票。"}
    refused = send(officer, answer, **said)
    assert refused.status_code == 422
    assert "要选一项怎样处理" in refused.text
    assert send(officer, answer, **said, named=["1"]).status_code == 303
    assert "重新计票，结果相同" in page_of(visit(), shown)
    assert number == noticing.notice(polled)


def test_the_desk_of_who_may_says_that_an_outcome_waits(working):
    """Not before the notice is over, and not any more when it binds."""
    polled, street = make_noticed()

    def waits(moment, actor):
        with reading_session() as session:
            return [row.round_id for row in queries.rounds_waiting_to_bind(session, actor, moment)]

    assert (waits(IN.at, polled.worker), waits(OVER.at, polled.residents[0])) == ([], [])
    assert waits(OVER.at, polled.worker) == waits(OVER.at, street) == [polled.round]
    bind(polled)
    assert waits(OVER.at, street) == []
