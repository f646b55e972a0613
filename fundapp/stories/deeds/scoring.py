"""评选打分: sheets, papers and their publication."""

from sqlalchemy import select

from fundapp.kernel.errors import BadInput
from fundapp.people.models import Account
from fundapp.scoring import commands
from fundapp.scoring.commands import DraftSheet, HandIn, MemberLine, PublishScores
from fundapp.scoring.rules import read_criteria
from fundapp.scoring.texts import usual_criteria
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key


@deed("scoring.open", "programme place title opens closes budget projects members criteria most least as")
def open_(scene: Scene) -> Facts:
    """Draft a sheet and open it.

    Fields: programme, place, title, opens, closes, budget, projects, members (lists of handle, published name and
    office), and where they are not the usual ones criteria (one a line), most (10) and least (60).
    """
    fields = scene.fields
    wish = DraftSheet(
        programme_id=scene.thing("programme"),
        place_id=scene.thing("place"),
        title=fields.text("title"),
        opens_at=fields.instant("opens"),
        closes_at=fields.instant("closes"),
        budget=fields.money("budget"),
        criteria=fields.text("criteria", usual_criteria()),
        most=fields.whole("most", 10),
        least=fields.whole("least", 60),
        trim=True,
        project_ids=tuple(_named(scene, "project", one) for one in fields.listed("projects")),
        members=tuple(_member(scene, one) for one in fields.listed("members")),
    )
    sheet = commands.draft_sheet(scene.session, scene.actor, wish, scene.clock)
    commands.open_sheet(scene.session, scene.actor, sheet.id, scene.clock)
    scene.make("score_sheet", sheet.id)
    return {"criteria": len(read_criteria(wish.criteria)), "members": len(wish.members)}


@deed("scoring.paper", "sheet points recused")
def paper(scene: Scene) -> Facts:
    """Hand in a member's paper.

    Fields: sheet, points (a table from the project's handle to its points, one for each criterion), recused (a table
    from the project's handle to the reason).
    """
    fields, sheet_id = scene.fields, scene.thing("score_sheet", "sheet")
    points = {_named(scene, "project", one): tuple(given) for one, given in fields.table("points", {}).items()}
    recused = {_named(scene, "project", one): str(why) for one, why in fields.table("recused", {}).items()}
    commands.hand_in(scene.session, scene.actor, HandIn(sheet_id, points, recused, key()), scene.clock)
    return {}


@deed("scoring.publish", "sheet")
def publish(scene: Scene) -> Facts:
    """Publish what the papers come to. Fields: sheet."""
    wish = PublishScores(scene.thing("score_sheet", "sheet"))
    outcome = commands.publish_scores(scene.session, scene.actor, wish, scene.clock).outcome
    best = outcome["lines"][0]["total"]
    return {
        "papers": outcome["papers"],
        "chosen": sum(line["why"] == "chosen" for line in outcome["lines"]),
        "best": best,
    }


def _named(scene: Scene, kind: str, handle: object) -> int:
    return scene.world.named(kind, str(handle), scene.fields.where)


def _member(scene: Scene, told: object) -> MemberLine:
    if not isinstance(told, list) or len(told) != 3:
        raise BadInput(f"{scene.fields.where}, members", repr(told), "handle, published name and office")
    person_id = _named(scene, "person", told[0])
    login = scene.session.scalar(select(Account.login).where(Account.person_id == person_id))
    if login is None:
        raise BadInput(f"{scene.fields.where}, members", repr(told[0]), "a person with a login")
    return MemberLine(login, str(told[1]), str(told[2]))
