"""The desk 我的待办: what waits for each person, and a project's workroom that says why something cannot be done."""
