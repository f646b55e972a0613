"""Scripted histories 演示故事: places, people and dated deeds, played through the commands that the pages use.

The format is in docs/stories.md. A story stops at the first deed whose outcome differs from what it expects.
"""
