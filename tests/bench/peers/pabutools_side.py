"""Count a .pb file with pabutools: ``python pabutools_side.py FILE STEP``; prints processor seconds and winners."""

import json
import sys
import time

began = time.process_time()
from pabutools.election import Cost_Sat, parse_pabulib  # noqa: E402 - loading it is part of the time, as it is of ours
from pabutools.rules import method_of_equal_shares  # noqa: E402 - as above
from pabutools.tiebreaking import lexico_tie_breaking  # noqa: E402 - as above

instance, profile = parse_pabulib(sys.argv[1])
won = method_of_equal_shares(
    instance, profile, sat_class=Cost_Sat, tie_breaking=lexico_tie_breaking, voter_budget_increment=int(sys.argv[2])
)
print(json.dumps({"seconds": time.process_time() - began, "selected": [project.name for project in won]}))
