"""Attachments 附件: photos and scans, checked, re-encoded, stored by content, served through a check of who asks."""
