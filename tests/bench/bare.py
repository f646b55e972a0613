"""The bare app that figures are ratios to: one table of rows, one list, one vote. Nothing that a product needs.

Durability is the same as ours: WAL, ``synchronous=FULL``.
"""

import hmac
import os
import secrets

from flask import Flask, abort, jsonify, render_template_string, request, session
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import UniqueConstraint, event, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Engine

LIST = """<!doctype html><title>list</title><h1>Rows</h1>{% for row in rows %}
<article><h2><a href="/p/{{ row.id }}">{{ row.title }}</a></h2><p>{{ row.place }} · {{ row.category }} ·
{{ "%.2f" | format(row.budget_fen / 100) }}</p><p>{{ row.body[:120] }}</p><p>{{ row.up }} / {{ row.down }}</p></article>
{% endfor %}<p>{{ page }} / {{ pages }}</p>"""

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ.get("BARE_KEY", "bench-only"),
    SQLALCHEMY_DATABASE_URI="sqlite:///" + os.path.abspath(os.environ.get("BARE_DB", "bare.sqlite3")),
)
db = SQLAlchemy(app)


@event.listens_for(Engine, "connect")
def pragmas(connection, _record):
    """Make the bare app as durable as ours."""
    cursor = connection.cursor()
    for line in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {line}")
    cursor.close()


class Row(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(120))
    body = db.Column(db.Text)
    category = db.Column(db.String(40))
    place = db.Column(db.String(80))
    budget_fen = db.Column(db.Integer)
    up = db.Column(db.Integer, default=0)
    down = db.Column(db.Integer, default=0)


class Vote(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    row_id = db.Column(db.ForeignKey(Row.id))
    voter = db.Column(db.Integer)
    value = db.Column(db.Integer)
    __table_args__ = (UniqueConstraint("row_id", "voter"),)


@app.get("/list")
def rows():
    page = request.args.get("page", 1, type=int)
    total = db.session.scalar(select(func.count()).select_from(Row))
    shown = db.session.scalars(select(Row).order_by(Row.id.desc()).limit(20).offset((page - 1) * 20)).all()
    return render_template_string(LIST, rows=shown, page=page, pages=-(-total // 20))


@app.get("/login/<int:voter>")
def login(voter):
    session["voter"], session["token"] = voter, secrets.token_hex(16)
    return session["token"]


@app.post("/vote/<int:row_id>")
def vote(row_id):
    if "voter" not in session or not hmac.compare_digest(request.headers.get("X-CSRF-Token", ""), session["token"]):
        abort(403)
    value = 1 if request.form["value"] == "1" else -1
    new = insert(Vote).values(row_id=row_id, voter=session["voter"], value=value)
    db.session.execute(new.on_conflict_do_update(index_elements=["row_id", "voter"], set_={"value": value}))
    counts = db.session.execute(
        select(Vote.value, func.count()).where(Vote.row_id == row_id).group_by(Vote.value)
    ).all()
    db.session.commit()
    return jsonify({str(side): count for side, count in counts})


def seed(rows_wanted=300):
    """Fill an empty database."""
    with app.app_context():
        db.create_all()
        for number in range(rows_wanted):
            db.session.add(
                Row(
                    title=f"第{number}件小实事：楼道照明与扶手改造",
                    body="楼道昏暗，老人上下楼不便。" * 8,
                    category="环境整治",
                    place=f"{number % 12 + 1}号院",
                    budget_fen=1_000_000 + number,
                    up=number % 90,
                    down=number % 7,
                )
            )
        db.session.commit()
