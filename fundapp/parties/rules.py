"""Credit codes, names of counterparties, and who is related to whom, as functions of values."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from stdnum.cn import uscc

CODE = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
BODIES = re.compile(
    r"公司|集团|企业|工厂|厂$|商店|商行|商社|超市|书店|家具店|经营部|服务部|门市|工作室|事务所|合作社|工程队|中心|医院|学校|学院|银行|"
    r"委员会|居委会|村委会|协会|学会|商会|基金会|联合会|办事处|服务站|局$|所$"
)
LONGEST_NAME = 4


class Kind(StrEnum):
    """What a counterparty is, by the office that gave its code; somebody without a code is a person."""

    FIRM = "firm"
    UNIT = "unit"
    ORGANISATION = "organisation"
    PERSON = "person"


class Bond(StrEnum):
    """In what way a person is related."""

    LEGAL_REPRESENTATIVE = "legal_representative"
    OWNER = "owner"
    MANAGER = "manager"
    EMPLOYEE = "employee"
    RELATIVE = "relative"
    HOUSEHOLD = "household"


CONTROL = frozenset({Bond.LEGAL_REPRESENTATIVE, Bond.OWNER, Bond.MANAGER})
BETWEEN_PEOPLE = frozenset({Bond.RELATIVE, Bond.HOUSEHOLD})


def clean_code(typed: str) -> str | None:
    """Write a 统一社会信用代码 the one way in which it is kept; ``None`` where it cannot be one.

    The check digit is the library's; its form is looked at here, because the library knows no codes that begin with a
    letter, like those of rural collectives (N) and of other bodies (Y).

    Source: GB 32100-2015.

    >>> clean_code(" 91110000６00037341l"), clean_code("91110000600037341M"), clean_code("N2530103MF00000012")
    ('91110000600037341L', None, 'N2530103MF00000012')
    """
    code = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", typed)).upper()
    if not CODE.fullmatch(code) or code[17] != uscc.calc_check_digit(code[:17]):
        return None
    return code


def kind_of(code: str | None) -> Kind:
    """Tell what a counterparty is by the first sign of its code: 9 and N trade, 5 and 8 are societies.

    >>> kind_of("91110000600037341L").value, kind_of(None).value
    ('firm', 'person')
    """
    if code is None:
        return Kind.PERSON
    return {"9": Kind.FIRM, "N": Kind.FIRM, "5": Kind.ORGANISATION, "8": Kind.ORGANISATION}.get(code[0], Kind.UNIT)


def name_key(name: str) -> str:
    """Give what all spellings of one name share: width, blanks, brackets and case aside.

    >>> name_key("昆明 光明（电力）有限公司") == name_key("昆明光明(电力)有限公司")
    True
    """
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def names_a_body(name: str) -> bool:
    """Tell whether a name is that of a firm, unit or society, which has a code, and not that of a person.

    Whatever is longer than a person's name is taken for one, unless it has the dot of a transcribed name.

    >>> names_a_body("昆明安居建筑有限公司"), names_a_body("光明灯饰五金"), names_a_body("李师傅")
    (True, True, False)
    """
    key = name_key(name)
    return bool(BODIES.search(key)) or (len(key) > LONGEST_NAME and "·" not in key)


@dataclass(frozen=True)
class Holding:
    """A person's interest in a counterparty."""

    person_id: int
    counterparty_id: int
    bond: Bond


@dataclass(frozen=True)
class Tie:
    """Two people who are near relatives or live in one household; the order says nothing."""

    one: int
    other: int
    bond: Bond


@dataclass(frozen=True)
class Relation:
    """That a counterparty is related to an insider: by herself, or ``through`` somebody near to her."""

    insider: int
    counterparty_id: int
    bond: Bond
    through: int | None = None


def relations(insiders: Collection[int], holdings: Iterable[Holding], ties: Iterable[Tie]) -> list[Relation]:
    """List in which ways counterparties are related to insiders.

    Any interest of an insider counts; of somebody near to her only one that lets that person decide there
    (:data:`CONTROL`): a neighbour's son who works as one of many at a supplier blocks nobody.

    >>> owner = Holding(2, 7, Bond.OWNER)
    >>> [(r.insider, r.through) for r in relations({1}, [owner], [Tie(1, 2, Bond.RELATIVE)])]
    [(1, 2)]
    >>> relations({1}, [Holding(2, 7, Bond.EMPLOYEE)], [Tie(1, 2, Bond.RELATIVE)])
    []
    """
    near: dict[int, set[int]] = {}
    for tie in ties:
        near.setdefault(tie.one, set()).add(tie.other)
        near.setdefault(tie.other, set()).add(tie.one)
    found = []
    for held in holdings:
        if held.person_id in insiders:
            found.append(Relation(held.person_id, held.counterparty_id, held.bond))
        elif held.bond in CONTROL:
            related = sorted(near.get(held.person_id, set()) & set(insiders))
            found += [Relation(one, held.counterparty_id, held.bond, held.person_id) for one in related]
    return sorted(found, key=lambda one: (one.counterparty_id, one.insider, one.bond))
