"""Who is related to whom."""

from fundapp.kernel.clock import local_date
from fundapp.parties.commands import NewInterest, declare_interest, end_interest, record_interest
from fundapp.parties.rules import Bond
from fundapp.stories.engine import Facts, Scene, deed
from fundapp.stories.props import key, made_up_code


def _said(scene: Scene, login: str = "") -> NewInterest:
    fields, name = scene.fields, scene.fields.text("name", "")
    return NewInterest(
        op_key=key(),
        login=login,
        kind=fields.choice("kind", Bond),
        name=name,
        code=made_up_code(name) if name else "",
        other_login=fields.text("other", ""),
        starts_on=local_date(scene.clock.at),
        note=fields.text("note", ""),
    )


@deed("parties.declare", "kind name other note")
def parties_declare(scene: Scene) -> Facts:
    """Declare an interest of one's own. Fields: kind, name, other, note."""
    scene.make("interest", declare_interest(scene.session, scene.actor, _said(scene), scene.clock).id)
    return {}


@deed("parties.record", "kind name other note login")
def parties_record(scene: Scene) -> Facts:
    """Enter somebody's interest. Fields: login, kind, name, other, note."""
    scene.make(
        "interest",
        record_interest(scene.session, scene.actor, _said(scene, scene.fields.text("login")), scene.clock).id,
    )
    return {}


@deed("parties.end", "interest reason")
def parties_end(scene: Scene) -> Facts:
    """End an entry. Fields: interest, reason."""
    end_interest(scene.session, scene.actor, scene.thing("interest"), scene.fields.text("reason"), scene.clock)
    return {}
