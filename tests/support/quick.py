"""What every test would otherwise do again, or slowly: compile templates, addresses and SQL, hash, look for garbage."""

import gc

from argon2 import PasswordHasher
from jinja2 import BytecodeCache
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Map
from werkzeug.routing.matcher import StateMachineMatcher

from fundapp.db import engine
from fundapp.people import rules

STRONG = rules._hasher
SELDOM = (20_000, 20, 20)  # Python's own: 700, 10, 10
_update, _create = Map.update, engine.create_engine
_maps = {}
_templates = {}
_statements = {}


def _add_later(map_, factory):
    """Note the rules of an address; they are compiled when the map is used."""
    vars(map_).setdefault("_said", []).extend(factory.get_rules(map_))
    vars(map_)["_remap"] = True


def _update_once(map_):
    """Take what an earlier map with the same rules was compiled to, or compile this one."""
    if not map_._remap:
        return
    said = vars(map_).get("_said", [])
    words = tuple(
        (one.rule, one.endpoint, frozenset(one.methods or ()), one.strict_slashes, one.build_only, one.redirect_to,
         str(one.defaults), one.subdomain, one.host, one.alias, one.websocket, one.merge_slashes,
         vars(one).get("provide_automatic_options"))
        for one in said
    )  # fmt: skip
    if words not in _maps:
        map_._matcher, map_._rules_by_endpoint = StateMachineMatcher(map_.merge_slashes), {}
        for rule in said:
            rule.bind(map_, rebind=True)
            if not rule.build_only:
                map_._matcher.add(rule)
            map_._rules_by_endpoint.setdefault(rule.endpoint, []).append(rule)
        _update(map_)
        _maps[words] = map_._matcher, map_._rules_by_endpoint
    map_._matcher, map_._rules_by_endpoint = _maps[words]
    map_._remap = False


def remember_rules():
    """Compile the addresses of the app once in this process."""
    Map.add, Map.update = _add_later, _update_once


def _create_sharing(url, **options):
    """Make an engine that compiles no statement which another of its kind has compiled in this process."""
    made = _create(url, **options)
    made._compiled_cache = _statements.setdefault(made.dialect.name, LRUCache(20_000))
    return made


def remember_statements():
    """Compile each statement once for each kind of database, as a server does that lives long."""
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__eq__ = lambda self, other: type(self) is type(other)
        kind.__hash__ = lambda self: hash(type(self))
    engine.create_engine = _create_sharing


class Templates(BytecodeCache):
    """Keeps compiled templates in this process; a template whose text differs is compiled again."""

    def load_bytecode(self, bucket):
        """Read what was kept under this name and text."""
        kept = _templates.get((bucket.key, bucket.checksum))
        if kept:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket):
        """Keep it."""
        _templates[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


def hash_cheaply():
    """Hash the passwords of this process without effort; :data:`STRONG` is what a house uses."""
    rules._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def leave_standing():
    """Let the collector pass over what stands now, the modules and the tests, and look at the rest seldom."""
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()
