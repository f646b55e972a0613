"""Pages that only work something out: what a draft would have given, and a claim counted again from its data."""

from decimal import Decimal

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from fundapp.kernel.actor import Role
from fundapp.kernel.errors import BadInput, NotVisible
from fundapp.kernel.money import yuan_text
from fundapp.matching import round_files
from fundapp.matching.policy_text import policy_of_dict
from fundapp.matching.queries import get_claim
from fundapp.matching.recount import facts_for, recount
from fundapp.matching.whatif import WhatIf, compare, facts_of
from fundapp.programmes.queries import PolicyRow, ProgrammeRow, get_policy, get_programme, list_programmes
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, for_roles, public
from fundapp.web.spreadsheet import Cell, csv_of

bp = Blueprint("trying", __name__, url_prefix="/try")
KEEPERS = (
    Role.ADMINISTRATOR, Role.FOUNDATION_OFFICER, Role.FOUNDATION_APPROVER, Role.FOUNDATION_SUPERVISOR,
)  # fmt: skip


def _asked(version_id: int) -> tuple[PolicyRow, PolicyRow, ProgrammeRow, ProgrammeRow]:
    """Give a draft, what it changes, its programme, and the programme of the same place whose year is replayed."""
    draft = get_policy(reading(), version_id)
    own = get_programme(reading(), draft.programme_id)
    if draft.base_id is None or not any(current_actor().has(role, own.place_path) for role in KEEPERS):
        raise NotVisible
    year = get_programme(reading(), request.args.get("year", own.id, int))
    if year.place_id != own.place_id:
        raise NotVisible
    return draft, get_policy(reading(), draft.base_id), own, year


def _worked_out(draft: PolicyRow, base: PolicyRow, year: ProgrammeRow) -> WhatIf:
    before, after = (policy_of_dict(one.parts["matching"], "matching") for one in (base, draft))
    return compare(reading(), year.id, before, after)


@bp.get("/policy/<int:version_id>")
@for_roles(*KEEPERS)
def what_if(version_id: int) -> str:
    """Show who would have got what under a draft."""
    draft, base, own, year = _asked(version_id)
    years = [row for row in list_programmes(reading()) if row.place_id == own.place_id]
    found = _worked_out(draft, base, year)
    return render_template("matching/what_if.html", w=found, draft=draft, base=base, own=own, year=year, years=years)


@bp.get("/policy/<int:version_id>/table.csv")
@for_roles(*KEEPERS)
def what_if_csv(version_id: int) -> Response:
    """Give the same as a table."""
    draft, base, _own, year = _asked(version_id)
    found = _worked_out(draft, base, year)
    named = [*((row.title, row) for row in found.rows), (_("合计"), found.total)]
    rows: list[list[Cell]] = [
        [name, *(Decimal(yuan_text(fen)) for fen in (row.before, row.after, row.difference))] for name, row in named
    ]
    head = [_("项目"), _("第 %(n)s 版", n=base.number), _("第 %(n)s 版", n=draft.number), _("差额")]
    return Response(csv_of(head, rows), mimetype="text/csv")


@bp.get("/policy/<int:version_id>/claims.json")
@for_roles(*KEEPERS)
def what_if_claims(version_id: int) -> Response:
    """Give the replayed pool and claims for ``fundapp matching plan``."""
    _draft, _base, _own, year = _asked(version_id)
    return Response(round_files.claims_data(*facts_of(reading(), year.id)), mimetype="application/json")


@bp.get("/policy/<int:version_id>.toml")
@public
def policy_toml(version_id: int) -> Response:
    """Give what a policy version says about matching, for ``fundapp matching plan``."""
    return Response(round_files.policy_file(get_policy(reading(), version_id)), mimetype="application/toml")


@bp.get("/claims/<int:claim_id>.json")
@public
def claim_json(claim_id: int) -> Response:
    """Give a claim as it is published: for ``fundapp matching plan``, and to be counted again."""
    claim = get_claim(reading(), claim_id)
    return Response(facts_for(reading(), claim), mimetype="application/json")


@bp.route("/claims/<int:claim_id>", methods=["GET", "POST"])
@public
def again(claim_id: int) -> str | tuple[str, int]:
    """Count a claim again from the published data, or from what the visitor makes of it."""
    claim = get_claim(reading(), claim_id)
    policy = get_policy(reading(), claim.policy_version_id)
    given = request.form.get("data", "").encode() if request.method == "POST" else facts_for(reading(), claim)
    result, wrong = None, ""
    try:
        result = recount(claim, policy_of_dict(policy.parts["matching"], "matching"), given)
    except BadInput as bad:
        wrong = _("看不懂这份数据：%(where)s，写的是 %(found)s。", where=bad.where, found=bad.found)
    page = render_template("matching/again.html", c=claim, policy=policy, r=result, wrong=wrong, data=given.decode())
    return (page, 422) if wrong else page
