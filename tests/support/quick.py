"""What every test would otherwise do again, or slowly: compile templates and addresses, hash passwords."""

from argon2 import PasswordHasher
from jinja2 import BytecodeCache
from werkzeug.routing import Rule

from fundapp.people import rules

STRONG = rules._hasher
_compiled = Rule._compile_builder
_builders = {}
_templates = {}


def _remembered(rule, append_unknown=True):
    """Give the function that writes a rule's address; it depends on the rule's words alone, where nothing is preset."""
    if rule.defaults:
        return _compiled(rule, append_unknown)
    words = rule.rule, tuple(rule._trace), append_unknown
    if words not in _builders:
        _builders[words] = _compiled(rule, append_unknown)
    return _builders[words]


def remember_rules():
    """Compile each address once in this process."""
    Rule._compile_builder = _remembered


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
