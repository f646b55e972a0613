"""Every Chinese text that a user sees goes through gettext."""

import ast
import re

import pytest
from jinja2 import Environment, StrictUndefined
from jinja2 import nodes as jinja
from jinja2.visitor import NodeVisitor

from fundapp.web.filters import FILTERS
from tests.house.reading import ROOT, docstring_node, sources

CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
GETTEXT = {"_", "N_", "gettext", "ngettext", "lazy_gettext", "pgettext"}
NOT_FOR_PAGES = {
    "fundapp/stories/": "scripted histories are content, not interface",
    "fundapp/demonstration.py": "content, not interface",
    "fundapp/cli/": "read in a terminal",
    "fundapp/banking/layouts.py": "reads the headings that banks write",
    "fundapp/consent/counting.py": "its reasons are printed by a command, word for word",
    "fundapp/consent/law.py": "the law in its own language, as data",
    "fundapp/matching/allocation.py": "its steps are printed by a command, word for word",
    "fundapp/matching/formulas.py": "its steps are printed by a command, word for word",
    "fundapp/matching/payout.py": "its steps are stored and published, word for word",
    "fundapp/matching/rules.py": "its steps are printed by a command, word for word",
    "fundapp/consent/commands/": "written once into a project's public history",
    "fundapp/fundraising/capitals.py": "amounts in words, as papers about money carry them",
    "fundapp/ledger/commands/posting.py": "written once into the ledger as a purpose",
    "fundapp/kernel/money.py": "reads what people type",
    "fundapp/parties/rules.py": "tells a firm from a person by its name",
    "fundapp/places/doors.py": "reads what people type",
    "fundapp/places/rules.py": "reads what people type",
    "fundapp/rosters/outgoing.py": "the headings that people write",
    "fundapp/rosters/rows.py": "reads the headings that people write",
    "fundapp/council/rules.py": "blackens names inside minutes",
    "fundapp/settings.py": "the name of the site, which a setting replaces",
    "fundapp/voting/after.py": "written once into a public notice",
    "fundapp/voting/commands/after.py": "written once into a public notice",
    "fundapp/voting/commands/overriding.py": "written once into a public notice",
    "fundapp/web/filters.py": "how a date is written",
}
ENVIRONMENT = Environment(
    extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    undefined=StrictUndefined,
    autoescape=True,
)
ENVIRONMENT.filters.update(FILTERS)
TEMPLATES = sorted(str(file.relative_to(ROOT)) for file in (ROOT / "templates").rglob("*.*"))


class Texts(NodeVisitor):
    """Collects Chinese text of a template that is not an argument of a gettext call."""

    def __init__(self):
        self.found = []

    def visit_Call(self, node):
        if not (isinstance(node.node, jinja.Name) and node.node.name in GETTEXT):
            self.generic_visit(node)

    def visit_TemplateData(self, node):
        self.note(node, node.data)

    def visit_Const(self, node):
        self.note(node, node.value)

    def note(self, node, text):
        if isinstance(text, str) and CHINESE.search(text):
            self.found.append((node.lineno, text.strip()[:20]))


def texts_of_template(source):
    """Give (line, text) of what is not marked for translation; ``{% trans %}`` compiles to a gettext call."""
    texts = Texts()
    texts.visit(ENVIRONMENT.parse(source))
    return texts.found


def texts_of_code(tree):
    """Give the lines with a Chinese literal that is neither a docstring nor an argument of a gettext call."""
    allowed = set()
    for node in ast.walk(tree):
        told = docstring_node(node)
        if told is not None:
            allowed.add(id(told.value))
        if isinstance(node, ast.Call) and called(node) in GETTEXT:
            allowed |= {id(part) for argument in node.args for part in ast.walk(argument)}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and CHINESE.search(node.value)
        and id(node) not in allowed
    ]


def called(call):
    """Name the function that is called, without its module."""
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles_and_its_texts_are_marked(name):
    """Every template is sound, and none shows Chinese that a translator would never see."""
    source = (ROOT / name).read_text("utf-8")
    ENVIRONMENT.compile(source, name)
    assert texts_of_template(source) == []


def test_texts_in_code_are_marked():
    """A literal that reaches a page goes through gettext."""
    found = {
        file: lines
        for file, tree in sources("fundapp").items()
        if not file.startswith(tuple(NOT_FOR_PAGES)) and (lines := texts_of_code(tree))
    }
    assert found == {}


@pytest.mark.parametrize("source", ["<p>同意</p>", "{{ '同意' }}", "{{ card(title='同意') }}", "{% set a = '同意' %}"])
def test_an_unmarked_text_in_a_template_is_found(source):
    """The test of the templates can fail."""
    assert texts_of_template(source) != []


@pytest.mark.parametrize("source", ["{{ _('同意') }}", "{# 同意 #}", "{% trans n=1 %}{{ n }} 户{% endtrans %}"])
def test_a_marked_text_in_a_template_is_let_through(source):
    """Marked texts and comments are not complained about."""
    assert texts_of_template(source) == []


def test_an_unmarked_text_in_code_is_found_and_a_marked_one_let_through():
    """The test of the code can fail."""
    assert texts_of_code(ast.parse('a = "同意"')) == [1]
    assert texts_of_code(ast.parse('a = f"{n}户"')) == [1]
    assert texts_of_code(ast.parse('"""同意"""\na = _("同意") + lazy_gettext("反对")')) == []
