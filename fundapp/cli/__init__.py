"""The command line: one module per noun, each a thin door to the rules and commands that the pages use.

Exit status 0: computed; 1: ``check`` or ``story`` found a fault; 2: bad input, told without a traceback.
"""
