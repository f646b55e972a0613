"""The tests: one folder per package, ``house`` for the rules of the house, ``support`` for the harness."""
