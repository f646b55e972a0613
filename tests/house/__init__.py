"""The rules of the house, watched: sizes, words, layers, packaging, templates."""
