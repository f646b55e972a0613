"""Sentences of the register, and who is related to whom in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from fundapp.parties.rules import Bond, Kind, Relation

REFUSALS: dict[str, Any] = {
    "parties.not_your_register": _("只有基金会的工作人员可以办理本地区的关联方登记。"),
    "parties.not_ones_own": _("涉及自己的登记，要由基金会的另一个人终止。"),
    "parties.bad_code": _("统一社会信用代码不对，请照营业执照上的 18 位填写。"),
    "parties.code_needed": _("单位要填统一社会信用代码；个人不用填。"),
    "parties.other_name": _("这个代码登记的名称是“%(name)s”，请核对名称或代码。"),
    "parties.one_of_two": _("请填写单位或个人的名称，或者对方的登录名，只填一项。"),
    "parties.people_are_near": _("两个人之间只登记“近亲属”或“同住一户”。"),
    "parties.no_such_login": _("没有这个登录名。"),
    "parties.nobody_to_herself": _("这是本人，不用登记。"),
    "parties.not_yet": _("日期不能晚于今天。"),
    "parties.known": _("这项关联已经登记过了。"),
    "parties.reason_needed": _("请写明终止的原因。"),
    "parties.ended": _("这项登记已经终止。"),
    "parties.related": _("%(name)s是本项目的关联方，不能选用，也不能付款。%(who)s"),
    "parties.tied": _("您与本项目的人或供应商有关联（%(who)s），不能办理这一步，请由别人办理。"),
}
BONDS: dict[Bond, Any] = {
    Bond.LEGAL_REPRESENTATIVE: _("法定代表人"),
    Bond.OWNER: _("所有人或股东"),
    Bond.MANAGER: _("负责人或高管"),
    Bond.EMPLOYEE: _("在那里工作"),
    Bond.RELATIVE: _("近亲属"),
    Bond.HOUSEHOLD: _("同住一户"),
}
KINDS: dict[Kind, Any] = {
    Kind.FIRM: _("企业"),
    Kind.UNIT: _("机关或事业单位"),
    Kind.ORGANISATION: _("社会组织"),
    Kind.PERSON: _("个人"),
}
_SELF: dict[Bond, Any] = {
    Bond.LEGAL_REPRESENTATIVE: _("%(who)s是它的法定代表人。"),
    Bond.OWNER: _("%(who)s是它的所有人或股东。"),
    Bond.MANAGER: _("%(who)s是它的负责人或高管。"),
    Bond.EMPLOYEE: _("%(who)s在那里工作。"),
    Bond.RELATIVE: _("%(who)s的近亲属是它的负责人，或者就是本人。"),
    Bond.HOUSEHOLD: _("和%(who)s同住一户的人是它的负责人，或者就是本人。"),
}
_THROUGH: dict[Bond, Any] = {
    Bond.LEGAL_REPRESENTATIVE: _("%(who)s的近亲属或同住的人是它的法定代表人。"),
    Bond.OWNER: _("%(who)s的近亲属或同住的人是它的所有人或股东。"),
    Bond.MANAGER: _("%(who)s的近亲属或同住的人是它的负责人或高管。"),
}


def in_words(found: Iterable[Relation], named: Mapping[int, str]) -> str:
    """Say who is related, by what *named* calls them; those whom it does not name are left unsaid."""
    told = []
    for one in found:
        if one.insider in named:
            words = _SELF[one.bond] if one.through is None else _THROUGH[one.bond]
            told.append(str(words) % {"who": named[one.insider]})
    return "".join(dict.fromkeys(told)) or gettext("具体是谁，请问基金会经办人。")
