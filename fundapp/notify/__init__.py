"""Messages inside the application: who is told what, and whether it was read. Nothing leaves by e-mail or SMS.

A message goes to one person and is never changed; who sends it decides who is told. Words: message 消息, read 已读,
reminder 提醒.
"""
