"""``fundapp matching plan``: what a pool would grant, from two files, without a database."""

from pathlib import Path

import click

from fundapp.cli.output import print_json
from fundapp.cli.table import table_text
from fundapp.kernel.errors import BadInput
from fundapp.kernel.money import yuan_text
from fundapp.matching.claims_text import claims_of_json
from fundapp.matching.policy_text import policy_of_toml
from fundapp.matching.rules import Award, Plan, plan

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """配捐: matched money."""


@command.command("plan")
@click.option("--policy", "policy_file", type=_FILE, required=True, help="Match policy, TOML.")
@click.option("--claims", "claims_file", type=_FILE, required=True, help="Pool and claims, JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def plan_command(policy_file: Path, claims_file: Path, as_json: bool) -> None:
    """Work out what each ticket is entitled to and is granted.

    Raises:
        BadInput: a file that does not keep to its form.
    """
    policy = policy_of_toml(policy_file.read_bytes(), str(policy_file))
    pool, claims = claims_of_json(claims_file.read_bytes(), str(claims_file))
    try:
        found = plan(policy, claims, pool)
    except BadInput as bad:
        raise BadInput(f"{claims_file}: {bad.where}", bad.found, bad.expected) from None
    if as_json:
        print_json({"awards": [_award(award) for award in found.awards], "left": yuan_text(found.left)})
    else:
        click.echo(_page(found))


def _award(award: Award) -> dict[str, object]:
    return {
        "ticket": award.ticket,
        "project": award.project,
        "matchable": yuan_text(award.matchable),
        "givers": award.givers,
        "entitled": yuan_text(award.entitled),
        "granted": yuan_text(award.granted),
        "waiting": award.waiting,
        "steps": list(award.steps),
    }


def _page(found: Plan) -> str:
    header = ["排位", "项目", "出资户", "可配(元)", "应配(元)", "实配(元)", "等候"]
    rows = [
        [
            str(award.ticket),
            award.project,
            str(award.givers),
            yuan_text(award.matchable),
            yuan_text(award.entitled),
            yuan_text(award.granted),
            "是" if award.waiting else "否",
        ]
        for award in found.awards
    ]
    steps = [f"\n排位 {award.ticket}\n" + "\n".join(f"  {step}" for step in award.steps) for award in found.awards]
    return "\n".join([table_text(header, rows), f"资金池余额 {yuan_text(found.left)} 元", *steps])
