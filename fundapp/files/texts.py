"""Refusal sentences."""

from flask_babel import lazy_gettext as _

REFUSALS = {
    "files.sign_in": _("请先登录再上传照片。"),
    "files.too_large": _("照片太大，最大 %(mb)s MB。"),
    "files.too_many_pixels": _("照片尺寸太大，最多 %(millions)s00 万像素。"),
}
