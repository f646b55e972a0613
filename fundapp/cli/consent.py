"""``fundapp consent count`` and ``verify``: answers counted from files alone, without a database."""

import sys
from pathlib import Path

import click

from fundapp.cli.output import print_json
from fundapp.cli.table import table_text
from fundapp.consent.bundle import verify
from fundapp.consent.counting import Count, count
from fundapp.consent.csv_text import answers_of_csv, roster_of_csv
from fundapp.consent.rules import Area, Heads, Regime, area_text
from fundapp.kernel.errors import BadInput

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """征求意见: household consent."""


@command.command("count")
@click.option("--roster", "roster_file", type=_FILE, required=True, help="CSV: unit,holder,area_m2.")
@click.option("--answers", "answers_file", type=_FILE, required=True, help="CSV: unit,answer.")
@click.option("--regime", "regime_name", required=True, help="household:P/Q, owners:half, residents-meeting, ...")
@click.option("--allow-follow", is_flag=True, help="The rule in force knows 从众.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def count_command(roster_file: Path, answers_file: Path, regime_name: str, allow_follow: bool, as_json: bool) -> None:
    """Count answers against a regime.

    Raises:
        BadInput: an unknown regime, or a file that does not keep to its form.
    """
    regime = Regime.of_text(regime_name, "--regime")
    units = roster_of_csv(roster_file.read_bytes(), str(roster_file))
    known = {unit.unit for unit in units}
    answers = answers_of_csv(answers_file.read_bytes(), str(answers_file), known, allow_follow)
    try:
        found = count(regime, units, answers)
    except BadInput as bad:
        file = roster_file if bad.where.endswith("holder") else answers_file
        raise BadInput(f"{file}: {bad.where}", bad.found, bad.expected) from None
    if as_json:
        print_json(_object(found))
    else:
        click.echo(_page(found))


@command.command("verify")
@click.argument("bundle", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify_command(bundle: Path, as_json: bool) -> None:
    """Check an evidence bundle and count its answers again; exit status 1 where anything differs.

    Raises:
        BadInput: no zip, or one that is no bundle.
    """
    found = verify(bundle.read_bytes())
    if as_json:
        told = {"ok": not found.faults, "round": found.round, "faults": found.faults, "counted": found.counted or None}
        print_json(told | {"manifest_sha256": found.manifest_sha256})
    elif found.faults:
        click.echo("\n".join(["证据包有问题：", *(f"- {fault}" for fault in found.faults)]))
    else:
        click.echo("\n".join(["证据包完好，重新计票与公布的结果一致。", *found.counted["because"]]))
        click.echo(f"manifest.json 的指纹：{found.manifest_sha256}")
    sys.exit(1 if found.faults else 0)


def _object(found: Count) -> dict[str, object]:
    return {
        "regime": found.regime,
        "heads": _heads(found.heads),
        "area_m2": None if found.area is None else _area(found.area),
        "result": found.result.value,
        "because": list(found.because),
    }


def _heads(heads: Heads) -> dict[str, int | None]:
    return {
        "total": heads.total,
        "participating": heads.participating,
        "agree": heads.agree,
        "oppose": heads.oppose,
        "abstain": heads.abstain,
        "follow": heads.follow,
        "silent": heads.silent,
        "quorum_needed": heads.quorum_needed,
        "needed": heads.needed,
    }


def _area(area: Area) -> dict[str, str]:
    return {
        "total": area_text(area.total),
        "participating": area_text(area.participating),
        "agree": area_text(area.agree),
        "quorum_needed": area_text(area.quorum_needed),
        "needed": area_text(area.needed),
    }


_LABELS = {
    "total": "总数",
    "participating": "参与表决",
    "agree": "同意",
    "oppose": "反对",
    "abstain": "弃权",
    "follow": "从众",
    "silent": "未表态",
    "quorum_needed": "参与门槛",
    "needed": "同意门槛",
}


def _page(found: Count) -> str:
    heads = _heads(found.heads)
    area = _area(found.area) if found.area else {}
    header = ["", "户(人)数", "面积(平方米)"]
    rows = [[label, _cell(heads[key]), _cell(area.get(key))] for key, label in _LABELS.items()]
    return "\n".join([table_text(header, rows), "", *found.because])


def _cell(value: int | str | None) -> str:
    return "-" if value is None else str(value)
