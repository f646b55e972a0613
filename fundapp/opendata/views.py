"""The open data pages."""

from flask import Blueprint, Response, jsonify, render_template

from fundapp.kernel.errors import NotVisible
from fundapp.opendata.queries import SETS, DataSet, package
from fundapp.opendata.texts import SET_LABELS
from fundapp.web.clock import clock
from fundapp.web.database import reading
from fundapp.web.gate import public
from fundapp.web.spreadsheet import csv_of, json_of

bp = Blueprint("opendata", __name__, url_prefix="/open")


@bp.get("")
@public
def index() -> str:
    """List the data sets."""
    return render_template("opendata/index.html", sets=SETS, labels=SET_LABELS)


@bp.get("/datapackage.json")
@public
def datapackage() -> Response:
    """Describe the data sets for machines."""
    return jsonify(package())


@bp.get("/<name>.csv")
@public
def as_csv(name: str) -> Response:
    """Give a data set as CSV."""
    found = _named(name)
    body = csv_of(found.head, found.rows(reading(), clock().now(reading())))
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(body, mimetype="text/csv", headers=headers)


@bp.get("/<name>.json")
@public
def as_json(name: str) -> Response:
    """Give a data set as JSON."""
    found = _named(name)
    return jsonify(json_of(found.head, found.rows(reading(), clock().now(reading()))))


def _named(name: str) -> DataSet:
    if name not in SETS:
        raise NotVisible
    return SETS[name]
