"""Refusal sentences, and the names of roles."""

from flask_babel import lazy_gettext as _

from fundapp.kernel.actor import Role
from fundapp.people.codes import Scope

REFUSALS = {
    "people.not_administrator": _("只有本地区的管理员可以办理。"),
    "people.not_yourself": _("不能给自己办理，请另一位管理员办理。"),
    "people.not_by_hand": _("这个身份不能由管理员授予：居民凭本户的入户码，项目小组成员由项目产生。"),
    "people.has_role": _("这个人在这里已经有这个身份。"),
    "people.name_needed": _("请填写姓名。"),
    "people.bad_login": _("登录名要有 2 到 40 个字，只用字母、数字、汉字和 _ . -。"),
    "people.login_taken": _("这个登录名已经有人使用，请换一个。"),
    "people.has_account": _("这个人已经有账户。"),
    "people.no_account": _("您还没有账户。"),
    "people.weak_password": _("密码至少 %(length)s 个字，不能与登录名相同，也不能是同一个字的重复。"),
    "people.wrong_sign_in": _("登录名或密码不对。"),
    "people.wrong_password": _("现在的密码不对。"),
    "people.already_founded": _("这里已经有人员资料，不能重新开设。"),
    "people.not_worker": _("只有本社区的工作者可以打印入户码。"),
    "people.too_many_to_issue": _("一次最多打印 %(most)s 户，这里有 %(count)s 户，请选择一栋楼。"),
    "people.nothing_to_issue": _("没有需要发码的住户。"),
    "people.code_unreadable": _("入户码是 12 个字母和数字，没有 0、1、I、O，请对照通知单检查。"),
    "people.code_unknown": _("没有这个入户码，请对照通知单检查。"),
    "people.code_used": _("这个入户码已在 %(used_at)s 用过。需要新的入户码请找社区工作者。"),
    "people.code_replaced": _("这个入户码已在 %(replaced_at)s 换新，请使用最新的通知单。"),
    "people.code_expired": _("这个入户码已在 %(expired_at)s 过期，请找社区工作者换新。"),
    "people.already_bound": _("您的账户已经绑定这一户。"),
}

ROLES = {
    Role.RESIDENT: _("居民"),
    Role.BUILDING_HEAD: _("楼栋长（十户长、网格员）"),
    Role.WORKER: _("社区工作者"),
    Role.GROUP_MEMBER: _("项目小组成员"),
    Role.SUPERVISOR: _("监督员（监委会）"),
    Role.STREET_OFFICER: _("街道干部"),
    Role.FOUNDATION_OFFICER: _("基金会经办人"),
    Role.FOUNDATION_APPROVER: _("基金会审批人"),
    Role.FOUNDATION_SUPERVISOR: _("基金会监事"),
    Role.ADMINISTRATOR: _("管理员"),
}

SCOPES = {
    Scope.WITHOUT_CODE: _("还没有入户码的住户"),
    Scope.NOT_JOINED: _("所有还没有注册的住户（旧码全部换新）"),
}
