"""先干先得、多筹多补: what the pool adds to the residents' own money, in the order in which projects were ready.

Words: *matchable* is the money of households that counts after the floor and the caps per household; *entitled* is what
the joined formulas earn; *granted* is what the pool could give to a ticket when its turn came; the rest waits.
"""
