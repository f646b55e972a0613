"""Who stands outside and is paid, and who inside is related to them: 往来单位 and the 关联方 register.

A counterparty is a firm, unit or person that quotes, is paid or gives. An interest says that a person of the house is
related to a counterparty, or to another person of the house; it is ended, never deleted. Whoever is related keeps
out. Source: 慈善法 14, 基金会管理条例 23, 慈善组织信息公开办法 13-14; domain.md section 6.1.
"""
