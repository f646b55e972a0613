"""Benchmarks: every figure is a ratio to a bare app measured in the same run."""
