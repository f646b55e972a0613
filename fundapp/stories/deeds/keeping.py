"""Who keeps a project's money, and what lies in its book."""

from fundapp.custody.commands import NameKeeper, name_keeper
from fundapp.custody.queries import keeper_of
from fundapp.ledger.rules import Holder
from fundapp.projects.queries import get_project
from fundapp.stories.engine import Facts, Scene, deed


@deed("custody.name", "project keeper name reason")
def custody_name(scene: Scene) -> Facts:
    """Name who keeps a project's money. Fields: project, keeper, name, reason. Facts: holder."""
    fields, project = scene.fields, get_project(scene.session, scene.thing("project"))
    cmd = NameKeeper(project.id, fields.choice("keeper", Holder), fields.text("name", ""), fields.text("reason"))
    name_keeper(scene.session, scene.actor, cmd, scene.clock)
    return {"holder": keeper_of(scene.session, project).name}
