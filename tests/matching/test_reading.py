"""A policy and its claims are read strictly: what is not exactly as agreed is named and refused."""

import json
import tomllib
from fractions import Fraction

import pytest

from fundapp.kernel.errors import BadInput
from fundapp.matching.claims_text import claims_of_json
from fundapp.matching.policy_text import policy_of_dict, policy_of_toml
from fundapp.matching.rules import AmountTier, Claim, Gift, Line, Mode, Partial
from tests.matching.samples import BY_AMOUNT, BY_BREADTH, FOUR, HALF, fen

POLICY = """
[base]
min_gift = "1.00"
unlock = "500.00"
household_cap = "2000.00"
related_cap = "100.00"
[entitlement]
cap = "50000.00"
rules = ["amount_tiers", "four_source"]
[entitlement.linear]
rate = "1/2"
[entitlement.amount_tiers]
tiers = [{from="0.00", rate="1/2"}, {from="5000.00", rate="1/1"}, {from="20000.00", rate="3/2"}]
[entitlement.household_tiers]
tiers = [{share="1/2", rate="1/2"}, {share="2/3", rate="1/1"}, {share="4/5", rate="3/2"}]
[entitlement.four_source]
own_floor = "1/10"
fund_share = "1/2"
per_resident_yuan = "2/1"
[allocation]
mode = "queue"
partial = "viable"
line = "strict"
"""
CLAIM = {
    "ticket": 101,
    "project": "A",
    "budget": "40000.00",
    "households": 193,
    "street": "0.00",
    "other": "0.00",
    "viable_minimum": "20000.00",
    "gifts": [{"household": "1-101", "amount": "100.00", "related": False}],
}


def read(text):
    """Read a policy text."""
    return policy_of_toml(text.encode(), "P.toml")


def changed(old, new):
    """Give the sample with one place changed."""
    assert POLICY.count(old) == 1
    return POLICY.replace(old, new)


def claims(*listed, pool="80000.00", **more):
    """Read claims as they stand in a file."""
    return claims_of_json(json.dumps({"pool": pool, "claims": listed} | more).encode(), "C.json")


def test_the_sample_policy_is_read_whole():
    """Every limit and both joined rules arrive; tables that are not named are not joined."""
    found = read(POLICY)
    assert (found.min_gift, found.unlock, found.household_cap, found.related_cap) == (100, 50000, 200000, 10000)
    assert (found.cap, found.formulas) == (5000000, (BY_AMOUNT, FOUR))
    assert (found.mode, found.partial, found.line) == (Mode.QUEUE, Partial.VIABLE, Line.STRICT)


def test_a_stored_policy_reads_like_the_file():
    """The same table kept as JSON gives the same policy."""
    stored = json.loads(json.dumps(tomllib.loads(POLICY)))
    assert policy_of_dict(stored, "policy 3") == read(POLICY)


def test_every_rule_can_be_joined_in_any_order():
    """All four formulas have their parameters."""
    found = read(
        changed('["amount_tiers", "four_source"]', '["household_tiers", "linear", "four_source", "amount_tiers"]')
    )
    assert found.formulas == (BY_BREADTH, HALF, FOUR, BY_AMOUNT)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('unlock = "500.00"\n', "unlock"),
        ('household_cap = "2000.00"\n', "household_cap"),
        ('related_cap = "100.00"\n', "related_cap"),
    ],
)
def test_a_limit_that_is_left_out_is_none(line, name):
    """Unlock and the caps of households may be left out, one by one."""
    found = read(changed(line, ""))
    assert getattr(found, name) is None
    assert [getattr(found, other) is None for other in ("unlock", "household_cap", "related_cap")].count(True) == 1


def test_a_tier_may_earn_nothing():
    """A first slice that is not matched is a rate of 0/1."""
    found = read(changed('{from="0.00", rate="1/2"}', '{from="0.00", rate="0/1"}'))
    assert found.formulas[0].tiers[0] == AmountTier(0, Fraction(0))


def test_a_pot_needs_no_line():
    """In proportion, ``partial`` and ``line`` are ignored: they may be there or not, but not misspelt."""
    pot = changed('mode = "queue"', 'mode = "pro_rata"')
    short = pot.replace('partial = "viable"\n', "").replace('line = "strict"\n', "")
    assert read(pot) == read(short)
    assert read(short).mode is Mode.PRO_RATA
    with pytest.raises(BadInput, match="partial"):
        read(pot.replace('"viable"', '"viabel"'))


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('household_cap = "2000.00"', 'houshold_cap = "2000.00"', "unknown key 'houshold_cap'"),
        ('cap = "50000.00"', 'kap = "50000.00"', "unknown key 'kap'"),
        ('cap = "50000.00"\n', "", "no key 'cap'"),
        ('min_gift = "1.00"\n', "", "no key 'min_gift'"),
        ('min_gift = "1.00"', 'min_gift = "0.00"', "base.min_gift"),
        ('min_gift = "1.00"', 'min_gift = "-1.00"', "base.min_gift"),
        ('min_gift = "1.00"', "min_gift = 1.00", "base.min_gift"),
        ('min_gift = "1.00"', 'min_gift = "1.0"', "base.min_gift"),
        ('unlock = "500.00"', "unlock = 500", "base.unlock"),
        ('unlock = "500.00"', "unlock = true", "base.unlock"),
        ('unlock = "500.00"', 'unlock = "-0.01"', "base.unlock"),
        ('household_cap = "2000.00"', "household_cap = nan", "base.household_cap"),
        ('household_cap = "2000.00"', 'household_cap = "2e3"', "base.household_cap"),
        ('cap = "50000.00"', 'cap = ["50000.00"]', "entitlement.cap: found a list"),
        ('cap = "50000.00"', "cap = 0x" + "f" * 5000, "a very large number"),
        ('["amount_tiers", "four_source"]', "[]", "entitlement.rules"),
        ('["amount_tiers", "four_source"]', '"linear"', "entitlement.rules"),
        ('["amount_tiers", "four_source"]', '["lineal"]', "'lineal'"),
        ('["amount_tiers", "four_source"]', '["linear", "linear"]', "again"),
        ('["amount_tiers", "four_source"]', "[1]", "entitlement.rules"),
        ('[entitlement.linear]\nrate = "1/2"\n', "[entitlement.linear]\n", "no key 'rate'"),
        ('rate = "1/2"\n', "rate = 0.5\n", "linear.rate"),
        ('rate = "1/2"\n', 'rate = "0.5"\n', "linear.rate"),
        ('rate = "1/2"\n', 'rate = "1/0"\n', "linear.rate"),
        ('rate = "1/2"\n', 'rate = "0/0"\n', "linear.rate"),
        ('rate = "1/2"\n', 'rate = "-1/2"\n', "linear.rate"),
        ('from="0.00"', 'from="0.01"', "first tier"),
        ('from="5000.00"', 'from="20000.00"', "strictly ascending"),
        ('from="5000.00"', 'from="0.00"', "strictly ascending"),
        ('from="5000.00"', 'form="5000.00"', "unknown key 'form'"),
        ('from="5000.00", rate="1/1"', 'from="5000.00", rate="1/3"', "no rate below"),
        ('from="5000.00", rate="1/1"', 'from="5000.00"', "no key 'rate'"),
        ('share="2/3"', 'share="1/2"', "strictly ascending"),
        ('share="2/3"', 'share="2/5"', "strictly ascending"),
        ('share="4/5"', 'share="6/5"', "at most 1"),
        ('share="1/2"', 'share="0/1"', "above 0"),
        ('own_floor = "1/10"', 'own_floor = "11/10"', "at most 1"),
        ('fund_share = "1/2"', 'fund_share = "0/1"', "above 0"),
        ('per_resident_yuan = "2/1"', 'per_resident_yuan = "2"', "per_resident_yuan"),
        ('mode = "queue"', 'mode = "Queue"', "allocation.mode"),
        ('mode = "queue"', "mode = 1", "allocation.mode"),
        ('line = "strict"\n', "", "no key 'line'"),
        ('line = "strict"', 'line = "strict"\nlimit = "1.00"', "unknown key 'limit'"),
        ("[allocation]", "[allokation]", "allokation"),
        ("[base]", "[base", "P.toml"),
        ('min_gift = "1.00"', 'min_gift = "1.00"\nmin_gift = "2.00"', "P.toml"),
        ("[base]", "[notes]\n[base]", "unknown key 'notes'"),
    ],
)
def test_a_policy_that_is_not_as_agreed_is_refused(old, new, named):
    """A slip of the pen must not remove a cap: the place and what was found there are named."""
    with pytest.raises(BadInput) as bad:
        read(changed(old, new))
    assert str(bad.value).startswith("P.toml")
    assert named in str(bad.value)


@pytest.mark.parametrize("empty", ["amount_tiers", "household_tiers"])
def test_tiers_are_never_empty(empty):
    """A tier list without a tier earns nothing and is surely a mistake."""
    data = tomllib.loads(POLICY)
    data["entitlement"][empty]["tiers"] = []
    with pytest.raises(BadInput, match="at least one tier"):
        policy_of_dict(data, "policy")


def test_a_rule_needs_its_table():
    """A joined rule without parameters is refused, not ignored."""
    data = tomllib.loads(POLICY)
    del data["entitlement"]["four_source"]
    with pytest.raises(BadInput, match="without its table"):
        policy_of_dict(data, "policy")


@pytest.mark.parametrize("raw", [b"\xff", "[base]\nmin_gift = '\u00e9'".encode("latin-1"), b"a = " + b"[" * 5000])
def test_a_file_that_is_no_toml_is_refused(raw):
    """Neither another encoding nor endless nesting brings down the command."""
    with pytest.raises(BadInput, match=r"P\.toml"):
        policy_of_toml(raw, "P.toml")


@pytest.mark.parametrize("data", [None, [], "base", 1])
def test_a_policy_is_a_table(data):
    """Anything else that a database may hold by mistake is refused."""
    with pytest.raises(BadInput, match="policy"):
        policy_of_dict(data, "policy")


def test_the_sample_claim_is_read_whole():
    """Amounts arrive in fen, the order of the file is kept."""
    pool, (first, second) = claims({**CLAIM, "ticket": 102}, CLAIM)
    assert (pool, first.ticket) == (8000000, 102)
    assert second == Claim(101, "A", 4000000, 193, 0, 0, 2000000, (Gift("1-101", 10000, False),))


def test_no_claims_are_a_list_too():
    """An empty round, an empty list of gifts, a byte order mark, a refund: all can be read."""
    assert claims() == (8000000, ())
    refund = {"household": "1", "amount": "-0.50", "related": True}
    _, (one,) = claims({**CLAIM, "gifts": [refund]})
    assert one.gifts == (Gift("1", -50, True),)
    assert claims_of_json(b'\xef\xbb\xbf{"pool": "0.00", "claims": []}', "C.json") == (0, ())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ticket", "101"),
        ("ticket", 101.0),
        ("ticket", True),
        ("ticket", -1),
        ("ticket", None),
        ("project", 7),
        ("project", ""),
        ("project", "\ud800"),
        ("budget", 40000),
        ("budget", "40000"),
        ("budget", "-1.00"),
        ("budget", "40,000.00"),
        ("budget", "٤.00"),
        ("households", "193"),
        ("households", 0),
        ("households", 1.5),
        ("households", False),
        ("street", 0),
        ("street", "-0.01"),
        ("other", None),
        ("viable_minimum", "NaN"),
        ("gifts", {}),
        ("gifts", ["1-101"]),
        ("gifts", [{"household": 101, "amount": "1.00", "related": False}]),
        ("gifts", [{"household": "1", "amount": 1, "related": False}]),
        ("gifts", [{"household": "1", "amount": "1.00", "related": "no"}]),
        ("gifts", [{"household": "1", "amount": "1.00", "related": 0}]),
        ("gifts", [{"household": "1", "amount": "1.00"}]),
        ("gifts", [{"household": "1", "amount": "1.00", "related": False, "note": ""}]),
        ("note", "x"),
    ],
)
def test_a_claim_that_is_not_as_agreed_is_refused(key, value):
    """A number where a string belongs, a sign, a missing or unknown key: refused with its place."""
    with pytest.raises(BadInput, match=r"C\.json: claims\[1\]"):
        claims(CLAIM, {**CLAIM, key: value})


@pytest.mark.parametrize("key", sorted(CLAIM))
def test_a_claim_needs_every_key(key):
    """Nothing is guessed."""
    with pytest.raises(BadInput, match=f"no key '{key}'"):
        claims({name: value for name, value in CLAIM.items() if name != key})


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b'{"pool": "1.00"}',
        b'{"pool": 1.00, "claims": []}',
        b'{"pool": "-1.00", "claims": []}',
        b'{"pool": "1.00", "claims": {}}',
        b'{"pool": "1.00", "claims": [], "cap": "1.00"}',
        b'{"pool": "1.00", "pool": "2.00", "claims": []}',
        b'{"pool": NaN, "claims": []}',
        b'{"pool": -Infinity, "claims": []}',
        b'{"pool": "1.00", "claims": []} x',
        b'{"pool": "1.00", "claims": [' + b"9" * 5000 + b"]}",
        b'{"pool": ' + b"[" * 100_000 + b"]" * 100_000 + b', "claims": []}',
        b'{"pool": ' + b"[" * 900 + b"]" * 900 + b', "claims": []}',
        b'{"pool": "1.00", "claims": [], "\\ud800": 1}',
        '{"pool": "1.00", "claims": []}'.encode("utf-16"),
    ],
)
def test_a_file_that_is_no_list_of_claims_is_refused(raw):
    """A key twice, NaN, other encodings, nesting without end: told, not crashed on."""
    with pytest.raises(BadInput, match=r"C\.json"):
        claims_of_json(raw, "C.json")


def test_the_limits_are_read_as_fen():
    """A guard of the samples: the two ways of writing the sample policy agree."""
    assert read(POLICY).household_cap == fen("2000.00")
