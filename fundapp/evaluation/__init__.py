"""Evaluation 三方评事: the community, Party-member representatives and residents grade a finished project.

Residents grade on the phone, one grade a household; the other two parties hand in a counted sheet.
Source: domain.md section 5 (新林 三方评事; 镇海 three grades, half of all members).
"""
