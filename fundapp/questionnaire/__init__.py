"""A short questionnaire 问卷 to the households of a project, before they are asked for their consent.

It asks what people think and binds nobody: no answer of it is ever an answer of a consent round. One answer per
household, changeable until the close, every revision kept, the last one counts. Results are public after the close:
counts by question, small numbers merged, free texts only where a moderator has released them, never a name or a door.
Words: questionnaire 问卷, said (one question's answer), release 公开留言.
"""
