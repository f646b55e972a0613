"""Refusals in the user's words. Each package's ``texts.py`` brings its sentences; ``app.py`` hands them over."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from moneyed import Money

from fundapp.kernel.errors import Refused
from fundapp.web.filters import day, moment, until, yuan

_sentences: dict[str, Any] = {}

OWN: Mapping[str, Any] = {
    "web.too_often": lazy_gettext("尝试次数过多，请 %(minutes)s 分钟后再试。"),
    "web.not_allowed": lazy_gettext("您没有办理这件事的权限。"),
    "web.not_an_image": lazy_gettext("这不是可以使用的照片，请上传 JPG、PNG 或 WebP 图片。"),
    "web.not_a_sheet": lazy_gettext("这不是可以读取的表格文件，请上传 .xlsx 或 .csv 文件。"),
    "web.sheet_macros": lazy_gettext("不接受带宏的文件，请另存为 .xlsx 或 .csv。"),
    "web.sheet_too_large": lazy_gettext("文件太大，请分成几份上传。"),
}


def learn(*texts: Mapping[str, Any]) -> None:
    """Take the sentences of the packages, by refusal code.

    Raises:
        ValueError: a code that two packages claim.

    """
    _sentences.clear()
    for text in (OWN, *texts):
        twice = _sentences.keys() & text.keys()
        if twice:
            raise ValueError(f"refusal codes with two sentences: {sorted(twice)}")
        _sentences.update(text)


def known() -> Mapping[str, Any]:
    """Give all sentences by code."""
    return _sentences


def sentence(refusal: Refused) -> str:
    """Say a refusal; money and instants among its facts are printed the house's way."""
    template = _sentences.get(refusal.code)
    if template is None:
        return _("现在不能办理（%(code)s）。", code=refusal.code)
    facts = {name: _printed(name, value) for name, value in refusal.facts.items()}
    return str(template) % facts


def reasons_of(check: Callable[..., None], *values: Any) -> list[str]:
    """Say what a check has against a deed, for the place beside its button; nothing where it lets it pass."""
    try:
        check(*values)
    except Refused as refusal:
        return [sentence(refusal)]
    return []


def _printed(name: str, value: object) -> object:
    if isinstance(value, Money):
        return yuan(value)
    if isinstance(value, datetime):
        return until(value) if name == "ends_at" else moment(value)
    if isinstance(value, date):
        return day(value)
    return value
