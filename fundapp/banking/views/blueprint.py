"""What the pages of bank accounts share."""

from flask import Blueprint
from werkzeug.wrappers import Response

from fundapp.banking.policy import may_keep
from fundapp.banking.queries import AccountRow, get_account
from fundapp.web.database import reading
from fundapp.web.gate import current_actor

bp = Blueprint("banking", __name__, url_prefix="/banking")
Page = str | tuple[str, int] | Response


def own_account(account_id: int) -> tuple[AccountRow, bool]:
    """Give an account that the actor may read, and whether she keeps it.

    Raises:
        NotVisible: there is none, as far as she may know.
    """
    account = get_account(reading(), account_id, current_actor())
    return account, may_keep(current_actor(), account.holder_kind, account.place_path)
