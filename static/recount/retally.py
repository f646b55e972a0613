"""Count a published vote again. Needs Python 3.9 or later and nothing else: no network, no package, no account.

Put this file beside the files of the package that it came in, and run:  python retally.py

Every rule is written as its definition reads, ballot by ballot, in whole numbers and fractions. It shares no line with
the program that counted first. Money is in fen.
"""

import csv
import hashlib
import json
import pathlib
import sys
from collections import Counter
from fractions import Fraction


def main(folder):
    """Check the package in *folder*; give every fault in words."""
    faults = check_files(folder)
    terms = json.loads((folder / "round.json").read_text("utf-8"))
    result = json.loads((folder / "result.json").read_text("utf-8"))
    ballots, faulty = read_ballots(folder, terms)
    faults += faulty + check_rules(terms) + check_roll(folder, terms, len(ballots) + result["invalid"])
    faults += check_codes(folder, ballots) if (folder / "codes.csv").is_file() else []
    counted = tally(terms["frozen"], ballots)
    for name, found in counted.items():
        if result[name] != found:
            faults.append(f"{name}: published {result[name]}, counted {found}")
    if result["ballots"] - result["invalid"] != len(ballots):
        faults.append(f"ballots: published {result['ballots'] - result['invalid']}, found {len(ballots)}")
    return faults, counted


def check_files(folder):
    """Compare every file with the manifest, but for this program, which you may read."""
    told = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    faults = []
    for name, expected in sorted(told.items()):
        path = folder / name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "missing"
        if found != expected:
            faults.append(f"{name}: the manifest says {expected}, the file is {found}")
    return faults


def check_rules(terms):
    """Compute the fingerprint that stood on the page from the opening on."""
    text = json.dumps(terms["frozen"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    found = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return [] if found == terms["rules_hash"] else [f"rules: fingerprint {terms['rules_hash']}, computed {found}"]


def check_roll(folder, terms, cast):
    """Compare the doors that voted with the ballots, and look for a door that stands twice."""
    rows = read_table(folder / "roll.csv")
    doors = Counter(row["door"] for row in rows)
    faults = [f"roll: {door} stands {times} times" for door, times in doors.items() if times > 1]
    voted, lost = sum(row["voted"] == "yes" for row in rows), terms.get("not_in_the_box", 0)
    if voted != cast + lost:
        faults.append(f"roll: {voted} doors voted, {cast} ballots were cast, {lost} papers were not in the box")
    if len(rows) != terms["households"]:
        faults.append(f"roll: {len(rows)} doors, {terms['households']} at the opening")
    return faults


def check_codes(folder, ballots):
    """Compare the ballots under their codes with those that are counted, and both with the fingerprints of the box."""
    coded = {}
    for row in read_table(folder / "codes.csv"):
        coded.setdefault((row["code"], row["digits"]), {})[row["project"]] = int(row["points"])
    codes = Counter(code for code, _digits in coded)
    faults = [f"codes: {code} stands {times} times" for code, times in codes.items() if times > 1]
    extra = Counter(str(sorted(one.items())) for one in coded.values())
    extra.subtract(Counter(str(sorted(one.items())) for one in ballots))
    if max(extra.values(), default=0) > 0:
        faults.append("codes: a ballot with a code was not counted")
    prints = [row["sha256"] for row in read_table(folder / "fingerprints.csv")]
    if len(set(prints)) != len(prints) or len(coded) > len(prints):
        faults.append(f"fingerprints: {len(prints)} in the box, {len(coded)} ballots came out of it")
    return faults


def read_table(path):
    """Read a table."""
    with path.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def read_ballots(folder, terms):
    """Read the ballots as points by project; those that break the limits of the round are named and left out."""
    frozen, ballots, faults = terms["frozen"], {}, []
    costs = {str(row[0]): row[2] for row in frozen["candidates"]}
    for row in read_table(folder / "ballots.csv"):
        ballots.setdefault(int(row["ballot"]), {})[row["project"]] = int(row["points"])
    for number, ballot in sorted(ballots.items()):
        limits = [
            set(ballot) <= set(costs),
            0 < len(ballot) <= frozen["max_choices"],
            all(0 < points <= frozen["most_points"] for points in ballot.values()),
            sum(ballot.values()) <= frozen["points"],
            frozen["ballot"] != "ranking" or len(set(ballot.values())) == len(ballot),
            frozen["ballot"] != "knapsack" or sum(costs.get(project, 0) for project in ballot) <= frozen["budget_fen"],
        ]
        if not all(limits):
            faults.append(f"ballot {number} breaks the limits of the round")
            del ballots[number]
    return list(ballots.values()), faults


def tally(frozen, ballots):
    """Count by the frozen rule; give what the result has to be."""
    count = Count(frozen, ballots)
    rule, options = frozen["rule"], frozen["options"]
    endowment = None
    if rule in ("mes", "mes-add1") and ballots:
        selected, endowment = count.shares(rule, options)
    elif rule == "phragmen":
        selected = count.phragmen()
    elif rule.startswith("greedy"):
        selected = count.by_points(count.budget, rule != "greedy-no-skip", int(options.get("threshold", 1)))
    else:
        selected = []
    filled = []
    if options.get("fill") == "greedy" and ballots:
        left = count.budget - count.cost(selected)
        filled = count.by_points(left, skip=True, least=1, without=selected)
    return {
        "selected": selected,
        "filled": filled,
        "cost_fen": count.cost(selected + filled),
        "endowment": None if endowment is None else str(endowment),
    }


class Count:
    """The candidates, the ballots (equal ones once, with how often they were cast) and the order of equals."""

    def __init__(self, frozen, ballots):
        self.costs = {str(row[0]): row[2] for row in frozen["candidates"]}
        self.budget = frozen["budget_fen"]
        cast = Counter(tuple(sorted(ballot.items())) for ballot in ballots)
        self.ballots = [(dict(ballot), times) for ballot, times in cast.items()]
        self.voters = len(ballots)
        self.points = dict.fromkeys(self.costs, 0)
        for ballot, times in self.ballots:
            for project, points in ballot.items():
                self.points[project] += points * times
        lots = {str(project): place for place, project in enumerate(frozen["lots"])}
        self.order = {one: (self.costs[one], -self.points[one], lots[one]) for one in self.costs}
        rivals = frozen.get("rivals", {"rule": "free", "pairs": []})
        self.pairs = [{str(one) for one in pair} for pair in rivals["pairs"]] if rivals["rule"] == "exclude" else []

    def cost(self, projects):
        """Add up costs."""
        return sum(self.costs[project] for project in projects)

    def barred(self, project, chosen):
        """Say whether a rival of the project was chosen before it: then it is out for good."""
        return any(project in pair and pair - {project} <= set(chosen) for pair in self.pairs)

    def by_points(self, left, skip, least, without=()):
        """Take projects by points, lower cost, and lot, as long as the money lasts."""
        found = []
        for one in sorted(self.costs, key=lambda one: (-self.points[one], self.order[one])):
            if one in without or self.points[one] < max(least, 1) or self.barred(one, [*without, *found]):
                continue
            if self.costs[one] <= left:
                left -= self.costs[one]
                found.append(one)
            elif not skip:
                break
        return found

    def shares(self, rule, options):
        """Share the budget equally among ballots; for mes-add1 raise the shares step by step."""
        if rule == "mes":
            start = Fraction(self.budget, self.voters)
            return self.equal_shares(start, options["utility"]), start
        exact = options["start"] == "exact"
        share = Fraction(self.budget, self.voters) if exact else Fraction(self.budget // (100 * self.voters) * 100)
        whole, _, part = options["step"].partition(".")
        step = int(whole) * 100 + int(part)
        now = self.equal_shares(share, options["utility"])
        while True:
            open_ = [one for one in self.costs if one not in now and not self.barred(one, now)]
            rest = [self.costs[one] for one in open_ if self.points[one]]
            left = self.budget - self.cost(now)
            if not rest or (options["stop"] == "exhaustive" and min(rest) > left):
                return now, share
            following = self.equal_shares(share + step, options["utility"])
            if self.cost(following) > self.budget:
                return now, share
            now, share = following, share + step

    def equal_shares(self, share, utility):
        """Buy the project whose supporters pay least for what it is worth to them, until none can be paid."""
        purses = [Fraction(share)] * len(self.ballots)
        bought = []
        while True:
            best = None
            for one in self.costs:
                open_ = self.points[one] and one not in bought and not self.barred(one, bought)
                price = self.price(one, purses) if open_ else None
                if price is not None:
                    worth = price / self.costs[one] if utility == "cost" else price
                    best = min(best or (worth, self.order[one], one, price), (worth, self.order[one], one, price))
            if best is None:
                return bought
            bought.append(best[2])
            for place, (ballot, _times) in enumerate(self.ballots):
                if best[2] in ballot:
                    purses[place] -= min(purses[place], best[3] * ballot[best[2]])

    def price(self, project, purses):
        """Find what one point has to cost so that the supporters pay the project; the poor pay all they have."""
        fans = [
            (purses[at], ballot[project], times) for at, (ballot, times) in enumerate(self.ballots) if project in ballot
        ]
        fans.sort(key=lambda fan: fan[0] / fan[1])
        left, weight = Fraction(self.costs[project]), sum(points * times for _purse, points, times in fans)
        for purse, points, times in fans:
            if left <= purse / points * weight:
                return left / weight
            left -= purse * times
            weight -= points * times
        return None

    def phragmen(self):
        """Let everybody earn at equal speed; buy what supporters can pay first, until the next does not fit."""
        loads = [Fraction(0)] * len(self.ballots)
        waiting = [one for one in self.costs if self.points[one] and self.costs[one] <= self.budget]
        bought, left = [], self.budget
        while waiting:
            times = {one: self.moment(one, loads) for one in waiting}
            first = [one for one in waiting if times[one] == min(times.values())]
            if any(self.costs[one] > left for one in first):
                break
            one = min(first, key=self.order.__getitem__)
            loads = [times[one] if one in ballot else load for load, (ballot, _n) in zip(loads, self.ballots)]
            left -= self.costs[one]
            bought.append(one)
            waiting = [other for other in waiting if other != one and not self.barred(other, bought)]
        return bought

    def moment(self, project, loads):
        """Find when the supporters of a project can pay it together."""
        fans = [(load, times) for load, (ballot, times) in zip(loads, self.ballots) if project in ballot]
        earned = sum(load * times for load, times in fans)
        return (earned + self.costs[project]) / Fraction(sum(times for _load, times in fans))


if __name__ == "__main__":
    here = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    here = here if here.is_dir() else here.parent
    several = [] if (here / "round.json").is_file() else sorted(path.parent for path in here.glob("*/round.json"))
    wrong = 0
    for each in several or [here]:  # several: one folder for each pool of a vote
        found, again = main(each)
        wrong += len(found)
        print(json.loads((each / "round.json").read_text("utf-8"))["frozen"]["title"])
        print("入选 selected:", "、".join(again["selected"]) or "—")
        print("补足 filled:", "、".join(again["filled"]) or "—")
        print("造价 cost:", f"{again['cost_fen'] // 100}.{again['cost_fen'] % 100:02d} 元")
        for fault in found:
            print("不符 fault:", fault)
    print("一致：重新计出的结果和公布的相同。" if not wrong else f"不一致：{wrong} 处。")
    sys.exit(1 if wrong else 0)
