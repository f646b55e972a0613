"""The deeds that stories know, by subject; docs/stories.md lists them with their fields."""
