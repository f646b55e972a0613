"""The bare app that figures are ratios to: rows with their authors in a list, one row with what was said, one vote.

It does what any small Flask app does for such pages, and nothing that a product needs. Durability is the same as ours.
"""

import hmac
import os
import secrets

from flask import Flask, abort, jsonify, render_template, request, session
from flask_sqlalchemy import SQLAlchemy
from jinja2 import DictLoader
from sqlalchemy import Index, UniqueConstraint, event, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Engine

TEMPLATES = {
    "frame.html": """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{% block title %}小实事{% endblock %}</title>
<style>body{font:18px/1.6 system-ui,sans-serif;margin:0 auto;max-width:42rem}ul{padding:0}li{list-style:none}
nav a{display:inline-block;padding:.7rem}.tag{background:#eee;padding:0 .5rem}h2{font-size:1.2rem}</style></head>
<body><a href="#page">跳过</a>
<header><nav><a href="/">首页</a><a href="/list">项目</a><a href="/about">说明</a></nav></header>
<main id="page">{% block page %}{% endblock %}</main><footer>小实事</footer></body></html>""",
    "list.html": """{% extends "frame.html" %}{% block page %}<h1>项目</h1><ul>
{% for row in rows %}<li><h2><a href="{{ url_for('one', row_id=row.id) }}">{{ row.title }}</a></h2>
<span class="tag">{{ row.category }}</span><span class="tag">{{ row.place }}</span>
<span class="tag">¥{{ "{:,.2f}".format(row.budget_fen / 100) }}</span>
<p>{{ row.author.name }} · <time datetime="{{ row.created }}">{{ row.created }}</time> ·
{{ row.up }} / {{ row.down }} / {{ row.said }}</p></li>
{% endfor %}</ul><nav>{% for n in range(1, pages + 1) %}<a href="{{ url_for('rows', page=n) }}"{% if n == page %}
aria-current="page"{% endif %}>{{ n }}</a>{% endfor %}</nav>{% endblock %}""",
}

app = Flask(__name__)
app.jinja_loader = DictLoader(TEMPLATES)
app.config.update(
    SECRET_KEY=os.environ.get("BARE_KEY", "bench-only"),
    SQLALCHEMY_DATABASE_URI="sqlite:///" + os.path.abspath(os.environ.get("BARE_DB", "bare.sqlite3")),
)
db = SQLAlchemy(app)


@event.listens_for(Engine, "connect")
def pragmas(connection, _record):
    """Make the bare app as durable as ours."""
    cursor = connection.cursor()
    for line in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        cursor.execute(f"PRAGMA {line}")
    cursor.close()


class Voter(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(80))


class Row(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    title = db.Column(db.String(120))
    body = db.Column(db.Text)
    category = db.Column(db.String(40))
    place = db.Column(db.String(80))
    budget_fen = db.Column(db.Integer)
    longitude = db.Column(db.Float)
    latitude = db.Column(db.Float)
    created = db.Column(db.String(20))
    author_id = db.Column(db.ForeignKey(Voter.id))
    author = db.relationship(Voter, lazy="joined", innerjoin=True)
    up = db.Column(db.Integer, default=0)
    down = db.Column(db.Integer, default=0)
    said = db.Column(db.Integer, default=0)
    __table_args__ = (Index("row_by_day", "created", "id"),)


class Vote(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    row_id = db.Column(db.ForeignKey(Row.id))
    voter_id = db.Column(db.ForeignKey(Voter.id))
    value = db.Column(db.Integer)
    __table_args__ = (UniqueConstraint("row_id", "voter_id"), Index("vote_by_value", "row_id", "value"))


@app.get("/list")
def rows():
    page = request.args.get("page", 1, type=int)
    total = db.session.scalar(select(func.count()).select_from(Row))
    newest = select(Row).order_by(Row.created.desc(), Row.id.desc()).limit(20).offset((page - 1) * 20)
    shown = list(db.session.scalars(newest))
    return render_template("list.html", rows=shown, page=page, pages=-(-total // 20))


@app.get("/row/<int:row_id>")
def one(row_id):
    return jsonify(title=db.get_or_404(Row, row_id).title)


@app.get("/login/<int:voter_id>")
def login(voter_id):
    session["voter"], session["token"] = voter_id, secrets.token_hex(16)
    return session["token"]


@app.post("/vote/<int:row_id>")
def vote(row_id):
    if not hmac.compare_digest(session.get("token", ""), request.headers.get("X-CSRF-Token", "none")):
        abort(400)
    voter = db.session.get(Voter, session.get("voter", -1)) or abort(403)
    value = 1 if request.get_json()["value"] > 0 else -1
    db.get_or_404(Row, row_id)
    new = insert(Vote).values(row_id=row_id, voter_id=voter.id, value=value)
    db.session.execute(new.on_conflict_do_update(index_elements=["row_id", "voter_id"], set_={"value": value}))
    db.session.commit()
    sides = select(Vote.value, func.count()).where(Vote.row_id == row_id).group_by(Vote.value)
    counts = {value: number for value, number in db.session.execute(sides)}
    return jsonify(up=counts.get(1, 0), down=counts.get(-1, 0), value=value), 201


def seed(rows_wanted=300, voters=500, votes_each=25):
    """Fill an empty database."""
    with app.app_context():
        db.create_all()
        db.session.add_all(Voter(id=number + 1, name=f"居民{number:03d}") for number in range(voters))
        db.session.flush()
        for number in range(rows_wanted):
            db.session.add(
                Row(
                    title=f"第{number}件小实事：楼道照明与扶手改造",
                    body="楼道昏暗，老人上下楼不便。" * 30,
                    category="环境整治",
                    place=f"{number % 12 + 1}号院",
                    budget_fen=1_000_000 + number,
                    longitude=104.0 + number / 10000,
                    latitude=30.6 + number / 10000,
                    created=f"2026-11-{number % 28 + 1:02d} 10:00",
                    author_id=number % voters + 1,
                    up=votes_each,
                    said=number % 20,
                )
            )
        db.session.flush()
        for number in range(rows_wanted):
            db.session.add_all(
                Vote(row_id=number + 1, voter_id=(number * 7 + k) % voters + 1, value=1) for k in range(votes_each)
            )
        db.session.commit()
