"""What everybody sees of a round, and a household's ballot and receipt."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from fundapp.kernel.archive import zipped
from fundapp.kernel.errors import NotVisible, Refused
from fundapp.publicity.policy import check_settled
from fundapp.voting import commands, forms, policy, queries, texts
from fundapp.voting.rounds import RoundState, results_visible
from fundapp.voting.secrecy import Secrecy
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import current_actor, public, signed_in
from fundapp.web.limits import allow, visitor
from fundapp.web.paging import page_of
from fundapp.web.refusals import sentence

bp = Blueprint("voting", __name__, url_prefix="/votes")
Answer = str | AnyResponse | tuple[str, int]
TRIES, WITHIN = 20, timedelta(minutes=10)


@bp.app_context_processor
def labels() -> dict[str, Any]:
    """Give templates the words of this package."""
    return {"voting_texts": texts}


@bp.get("/")
@public
def index() -> Answer:
    """List the rounds."""
    session = reading()
    before = request.args.get("before", type=int)
    now = clock().now(session)
    rows = queries.list_rounds(session, current_actor(), now, before)
    cycles = queries.newest_cycles(session, now) if before is None else []
    return render_template("voting/index.html", page=page_of(rows, lambda row: row.id), cycles=cycles)


@bp.get("/<int:round_id>")
@public
def show(round_id: int) -> Answer:
    """Show a round: what is frozen, the turnout, and after the close the result."""
    page = read_page(round_id)
    void = queries.key_loss(reading(), round_id).void if page.state is RoundState.VOID else None
    seen = {"page": page, "result": read_result(page), "void": void, "after": read_after(page)}
    return render_template("voting/show.html", **seen, **possible(page))


@bp.route("/<int:round_id>/ballot", methods=["GET", "POST"])
@signed_in
def ballot(round_id: int) -> Answer:
    """Take the ballot of the person's household."""
    form = forms.BallotForm()
    if request.method == "POST":
        asked = queries.ballot_asked(reading(), round_id)
        form.offer([(unit_id, "") for unit_id in sorted(current_actor().unit_ids)])
        form.put(asked.method, [(project_id, "") for project_id in asked.projects])
        if form.filled_in():
            with form.deed() as session:
                row = commands.cast_ballot(session, current_actor(), form.to_command(round_id), clock())
            if form.done:
                return redirect(url_for(".receipt", round_id=round_id, unit_id=row.unit_id), 303)
    page = read_page(round_id)
    if page.secrecy is Secrecy.SEALED:
        return redirect(url_for(".sealed_ballot", round_id=round_id), 303)
    mixed = page.mixed(page.own[0].unit_id) if page.own else []
    left = page.left
    form.offer([(unit.unit_id, unit.door) for unit in left])
    if request.method == "GET":
        form.put(page.method, [(row.project_id, row.title) for row in mixed])
    form.choices.choices = [(row.project_id, row.title) for row in mixed]
    seen = {"page": page, "form": form, "mixed": mixed, "left": left}
    return render_template("voting/ballot.html", **seen, **possible(page)), form.status


@bp.get("/<int:round_id>/receipt/<int:unit_id>")
@signed_in
def receipt(round_id: int, unit_id: int) -> Answer:
    """Show a household its receipt."""
    found = queries.receipt_of(reading(), round_id, unit_id, current_actor())
    still = queries.rounds_open_for(reading(), current_actor(), clock().now(reading()))
    left = [row for row in still if not row.cast and row.unit_id == unit_id]
    return render_template("voting/receipt.html", receipt=found, left=left)


@bp.route("/receipt", methods=["GET", "POST"])
@public
def find_receipt() -> Answer:
    """Find a receipt again: one's own in a list, any by its code."""
    form, found = forms.ReceiptForm(), None
    if form.filled_in():
        try:
            allow(f"receipt:address:{visitor()}", TRIES, WITHIN)
            found = queries.receipt_by_code(reading(), str(form.code.data))
        except Refused as refusal:
            form.take(refusal)
    own = queries.own_receipts(reading(), current_actor())
    return render_template("voting/find_receipt.html", form=form, found=found, own=own), form.status


@bp.get("/<int:round_id>/recount")
@public
def recount(round_id: int) -> Answer:
    """Tell how anybody counts a published round again."""
    page = read_page(round_id)
    if page.state is not RoundState.PUBLISHED:
        raise NotVisible
    against = reasons(queries.check_recount, reading(), round_id)
    return render_template("voting/recount.html", page=page, against=against)


@bp.get("/<int:round_id>/recount.zip")
@public
def recount_zip(round_id: int) -> Answer:
    """Give the package with everything that a count needs; where there is none, the page that says why."""
    if reasons(queries.check_recount, reading(), round_id):
        return redirect(url_for(".recount", round_id=round_id), 303)
    files = queries.package_of(reading(), round_id)
    readme = render_template("voting/package.txt", page=read_page(round_id)).encode()
    packed = zipped({"README.txt": readme, **files}, {"format": queries.PACKAGE_FORMAT, "round": round_id})
    return download(packed, "application/zip", f"vote-{round_id}.zip")


@bp.get("/<int:round_id>/ballots.pb")
@public
def ballots_pb(round_id: int) -> Answer:
    """Give the ballots in the format of the open collection of city votes."""
    if reasons(queries.check_recount, reading(), round_id):
        return redirect(url_for(".recount", round_id=round_id), 303)
    return download(queries.pb_of(reading(), round_id).encode(), "text/plain", f"vote-{round_id}.pb")


def download(body: bytes, kind: str, name: str) -> AnyResponse:
    """Answer with a file to keep."""
    return Response(body, mimetype=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def read_page(round_id: int) -> queries.RoundPage:
    """Read a round as the actor may see it."""
    session = reading()
    return queries.round_page(session, round_id, current_actor(), clock().now(session))


def read_after(page: queries.RoundPage) -> queries.After | None:
    """Read what follows a published result."""
    if page.state is not RoundState.PUBLISHED:
        return None
    return queries.after_of(reading(), page.id, clock().now(reading()))


def read_result(page: queries.RoundPage) -> queries.ResultPage | None:
    """Read the result, which is nobody's before the close."""
    session = reading()
    now = clock().now(session)
    if (
        page.state in (RoundState.DRAFT, RoundState.VOID)
        or not results_visible(page, now)
        or not queries.counted(session, page.id)
    ):
        return None
    return queries.result_page(session, page.id, now)


def possible(page: queries.RoundPage) -> dict[str, Any]:
    """Say what speaks against each deed, through the functions that the commands use."""
    actor = current_actor()
    return {
        "works_here": policy.works_here(actor, page.place.path),
        "publishes_here": policy.may_publish_here(actor, page.place.path),
        "against_ballot": reasons(policy.check_may_vote, page, page.state, bool(actor.unit_ids), bool(page.own)),
        "against_keying": reasons(policy.check_open, page, page.state),
        "against_publishing": reasons(policy.check_may_publish, actor, page.place.path, page, page.state),
        "against_phone": reasons(policy.check_phone, page.secrecy),
    }


def against_binding(page: queries.RoundPage, after: queries.After | None) -> list[str]:
    """Say why an outcome does not bind yet."""
    if after is None:
        return [str(gettext("结果还没有公布。"))]
    found = reasons(policy.check_not_settled, after.state == "bound", after.state == "void")
    if after.state == "body":
        return [sentence(Refused("voting.body_waits"))]
    if found or after.notice is None:
        return found
    notice = after.notice
    return reasons(check_settled, notice.state, notice.period.ends_at, notice.unanswered)


def reasons(check: Callable[..., None], *values: Any) -> list[str]:
    """Say why a check refuses; nothing where it does not."""
    try:
        check(*values)
    except Refused as refusal:
        return [sentence(refusal)]
    return []
