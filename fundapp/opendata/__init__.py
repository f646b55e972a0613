"""Open data 公开数据: the public pages' figures as CSV and JSON, never more than the pages show.

Source: ecosystem.md section 7; peers.md failures 8, 40, 43.
"""
