"""Tests of doing the work."""
