/* Counts a published vote again in the reader's own browser, from the same package that anybody may download.

Every rule is written as its definition reads, in whole numbers and fractions (BigInt), like retally.py in the package; it
shares no line with the program that counted first. Nothing is sent anywhere. Money is in fen. */

const NONE = "—";

class Fraction {
  constructor(over, under = 1n) {
    let a = over < 0n ? -over : over, b = under;
    while (b) { [a, b] = [b, a % b]; }
    this.over = over / (a || 1n);
    this.under = under / (a || 1n);
  }
  plus(other) { return new Fraction(this.over * other.under + other.over * this.under, this.under * other.under); }
  minus(other) { return new Fraction(this.over * other.under - other.over * this.under, this.under * other.under); }
  times(whole) { return new Fraction(this.over * whole, this.under); }
  by(whole) { return new Fraction(this.over, this.under * whole); }
  compare(other) {
    const left = this.over * other.under, right = other.over * this.under;
    return left < right ? -1 : left > right ? 1 : 0;
  }
  toString() { return this.under === 1n ? String(this.over) : `${this.over}/${this.under}`; }
}

/* The candidates, the ballots (equal ones once, with how often they were cast) and the order of equals. */
class Count {
  constructor(frozen, ballots) {
    this.costs = new Map(frozen.candidates.map((row) => [String(row[0]), BigInt(row[2])]));
    this.budget = BigInt(frozen.budget_fen);
    this.voters = BigInt(ballots.length);
    const cast = new Map();
    for (const ballot of ballots) {
      const key = JSON.stringify(Object.entries(ballot).sort());
      const kept = cast.get(key) || { marks: new Map(Object.entries(ballot).map(([p, n]) => [p, BigInt(n)])), times: 0n };
      kept.times += 1n;
      cast.set(key, kept);
    }
    this.ballots = [...cast.values()];
    this.points = new Map([...this.costs.keys()].map((one) => [one, 0n]));
    for (const { marks, times } of this.ballots) {
      for (const [one, points] of marks) { this.points.set(one, this.points.get(one) + points * times); }
    }
    const rivals = frozen.rivals || { rule: "free", pairs: [] };
    this.pairs = rivals.rule === "exclude" ? rivals.pairs.map((pair) => pair.map(String)) : [];
    const lots = new Map(frozen.lots.map((project, place) => [String(project), place]));
    const first = (a, b) => sign(this.costs.get(a) - this.costs.get(b)) || sign(this.points.get(b) - this.points.get(a))
      || lots.get(a) - lots.get(b);
    this.order = new Map([...this.costs.keys()].sort(first).map((one, place) => [one, place]));
    this.fans = new Map([...this.costs.keys()].map((one) => [one, this.ballots.flatMap(
      (ballot, at) => (ballot.marks.has(one) ? [{ at, points: ballot.marks.get(one), times: ballot.times }] : []))]));
  }

  /* A rival was chosen before it: then it is out for good. */
  barred(project, chosen) {
    return this.pairs.some((pair) => pair.includes(project) && pair.some((one) => one !== project && chosen.includes(one)));
  }

  cost(projects) { return projects.reduce((sum, one) => sum + this.costs.get(one), 0n); }

  byPoints(left, skip, least, without = []) {
    const found = [], order = this.order;
    const rank = (a, b) => sign(this.points.get(b) - this.points.get(a)) || order.get(a) - order.get(b);
    for (const one of [...this.costs.keys()].sort(rank)) {
      if (without.includes(one) || this.points.get(one) < (least > 1n ? least : 1n)) { continue; }
      if (this.barred(one, [...without, ...found])) { continue; }
      if (this.costs.get(one) <= left) {
        left -= this.costs.get(one);
        found.push(one);
      } else if (!skip) { break; }
    }
    return found;
  }

  shares(rule, options) {
    if (rule === "mes") {
      const start = new Fraction(this.budget, this.voters);
      return [this.equalShares(start, options.utility), start];
    }
    const exact = options.start === "exact", whole = 100n * this.voters;
    let share = exact ? new Fraction(this.budget, this.voters) : new Fraction(this.budget / whole * 100n);
    const [yuan, fen = "0"] = options.step.split(".");
    const step = new Fraction(BigInt(yuan) * 100n + BigInt(fen));
    let now = this.equalShares(share, options.utility);
    for (;;) {
      const rest = [...this.costs.keys()].filter((one) => this.points.get(one) && !now.includes(one) && !this.barred(one, now));
      const left = this.budget - this.cost(now);
      if (!rest.length || (options.stop === "exhaustive" && rest.every((one) => this.costs.get(one) > left))) { break; }
      const following = this.equalShares(share.plus(step), options.utility);
      if (this.cost(following) > this.budget) { break; }
      [now, share] = [following, share.plus(step)];
    }
    return [now, share];
  }

  /* Buy the project whose supporters pay least for what it is worth to them, until none can be paid. */
  equalShares(share, utility) {
    const purses = this.ballots.map(() => share), bought = [], waiting = new Set(this.costs.keys());
    for (;;) {
      let best = null;
      for (const one of waiting) {
        const price = this.points.get(one) && !this.barred(one, bought) ? this.price(one, purses) : null;
        if (!price) { waiting.delete(one); continue; }  // purses only shrink: what cannot be paid now never can
        const worth = utility === "cost" ? price.by(this.costs.get(one)) : price;
        const side = best ? worth.compare(best.worth) || this.order.get(one) - this.order.get(best.one) : -1;
        if (side < 0) { best = { worth, one, price }; }
      }
      if (!best) { return bought; }
      bought.push(best.one);
      waiting.delete(best.one);
      for (const { at, points } of this.fans.get(best.one)) {
        const due = best.price.times(points);
        purses[at] = due.compare(purses[at]) < 0 ? purses[at].minus(due) : new Fraction(0n);
      }
    }
  }

  /* What one point has to cost so that the supporters pay the project; the poor pay all they have. */
  price(project, purses) {
    const fans = this.fans.get(project).map((fan) => ({ ...fan, purse: purses[fan.at], each: purses[fan.at].by(fan.points) }));
    fans.sort((a, b) => a.each.compare(b.each));
    let left = new Fraction(this.costs.get(project));
    let weight = fans.reduce((sum, fan) => sum + fan.points * fan.times, 0n);
    for (const fan of fans) {
      if (left.compare(fan.each.times(weight)) <= 0) { return left.by(weight); }
      left = left.minus(fan.purse.times(fan.times));
      weight -= fan.points * fan.times;
    }
    return null;
  }

  /* Let everybody earn at equal speed; buy what supporters can pay first, until the next does not fit. */
  phragmen() {
    let loads = this.ballots.map(() => new Fraction(0n)), left = this.budget;
    const bought = [], waiting = new Set([...this.costs.keys()].filter(
      (one) => this.points.get(one) && this.costs.get(one) <= this.budget));
    while (waiting.size) {
      const moments = new Map([...waiting].map((one) => [one, this.moment(one, loads)]));
      const soonest = [...moments.values()].reduce((a, b) => (b.compare(a) < 0 ? b : a));
      const first = [...waiting].filter((one) => !moments.get(one).compare(soonest));
      if (first.some((one) => this.costs.get(one) > left)) { break; }
      const one = first.reduce((a, b) => (this.order.get(b) < this.order.get(a) ? b : a));
      loads = loads.map((load, at) => (this.ballots[at].marks.has(one) ? soonest : load));
      left -= this.costs.get(one);
      bought.push(one);
      waiting.delete(one);
      for (const other of [...waiting]) { if (this.barred(other, bought)) { waiting.delete(other); } }
    }
    return bought;
  }

  moment(project, loads) {
    const fans = this.fans.get(project), cost = new Fraction(this.costs.get(project));
    const earned = fans.reduce((sum, fan) => sum.plus(loads[fan.at].times(fan.times)), cost);
    return earned.by(fans.reduce((sum, fan) => sum + fan.times, 0n));
  }
}

function sign(number) { return number < 0n ? -1 : number > 0n ? 1 : 0; }

/* Count by the frozen rule; give what the result has to be. */
export function tally(frozen, ballots) {
  const count = new Count(frozen, ballots), { rule, options } = frozen;
  let selected = [], filled = [], endowment = null;
  if (rule === "phragmen") {
    selected = count.phragmen();
  } else if (rule.startsWith("greedy")) {
    selected = count.byPoints(count.budget, rule !== "greedy-no-skip", BigInt(options.threshold ?? 1));
  } else if (ballots.length) {
    [selected, endowment] = count.shares(rule, options);
  }
  if (options.fill === "greedy" && ballots.length) {
    filled = count.byPoints(count.budget - count.cost(selected), true, 1n, selected);
  }
  const cost = Number(count.cost([...selected, ...filled]));
  return { selected, filled, cost_fen: cost, endowment: endowment && String(endowment) };
}

/* Check a package, given as texts by name; give each fault as the name of a sentence and what stands in it. */
export async function check(files, digest) {
  const parsed = (name) => JSON.parse(files[name]);
  const terms = parsed("round.json"), result = parsed("result.json"), { frozen } = terms, faults = [];
  if (digest) {
    for (const [name, told] of Object.entries(parsed("manifest.json").files)) {
      if (!(name in files) || await digest(files[name]) !== told) { faults.push(["file", name]); }
    }
    if (await digest(written(frozen)) !== terms.rules_hash) { faults.push(["rules"]); }
  }
  const ballots = [...grouped(table(files["ballots.csv"]), "ballot").values()], fair = [];
  ballots.forEach((ballot, at) => (allowed(frozen, ballot) ? fair.push(ballot) : faults.push(["limits", at + 1])));
  const roll = table(files["roll.csv"]), voted = roll.filter((row) => row.voted === "yes").length;
  if (new Set(roll.map((row) => row.door)).size !== roll.length) { faults.push(["doors"]); }
  if (roll.length !== terms.households) { faults.push(["households", terms.households, roll.length]); }
  const lost = terms.not_in_the_box || 0, cast = ballots.length + result.invalid;
  if (voted !== cast + lost) { faults.push(["voted", voted, cast + lost]); }
  if (result.ballots !== cast) { faults.push(["ballots", result.ballots, cast]); }
  if (files["codes.csv"]) { faults.push(...coded(files, fair)); }
  const counted = tally(frozen, fair), titles = new Map(frozen.candidates.map((row) => [String(row[0]), row[3]]));
  const named = (ids) => ids.map((one) => titles.get(one)).join("、") || NONE;
  for (const name of ["selected", "filled"]) {
    if (written(result[name]) !== written(counted[name])) { faults.push([name, named(result[name]), named(counted[name])]); }
  }
  if (result.cost_fen !== counted.cost_fen) { faults.push(["cost", yuan(result.cost_fen), yuan(counted.cost_fen)]); }
  if (result.endowment !== counted.endowment) { faults.push(["share", result.endowment, counted.endowment]); }
  return { faults, selected: named(counted.selected), filled: named(counted.filled), cost: yuan(counted.cost_fen), ballots: cast };
}

function yuan(fen) { return `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`; }

/* The ballots under their codes are among those that were counted, and no more than the box held. */
function coded(files, ballots) {
  const faults = [], rows = table(files["codes.csv"]), given = grouped(rows, "code"), left = new Map();
  const key = (ballot) => written(Object.fromEntries(Object.entries(ballot).sort()));
  for (const ballot of ballots) { left.set(key(ballot), (left.get(key(ballot)) || 0) + 1); }
  for (const ballot of given.values()) { left.set(key(ballot), (left.get(key(ballot)) || 0) - 1); }
  if ([...left.values()].some((rest) => rest < 0)) { faults.push(["codes"]); }
  const pairs = new Set(rows.map((row) => `${row.code} ${row.digits}`));
  const prints = table(files["fingerprints.csv"]).map((row) => row.sha256);
  if (pairs.size !== given.size || new Set(prints).size !== prints.length || given.size > prints.length) {
    faults.push(["prints", prints.length, given.size]);
  }
  return faults;
}

function grouped(rows, name) {
  const found = new Map();
  for (const row of rows) {
    if (!found.has(row[name])) { found.set(row[name], {}); }
    found.get(row[name])[row.project] = Number(row.points);
  }
  return found;
}

function allowed(frozen, ballot) {
  const costs = new Map(frozen.candidates.map((row) => [String(row[0]), row[2]])), points = Object.values(ballot);
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  return Object.keys(ballot).every((one) => costs.has(one)) && points.length > 0 && points.length <= frozen.max_choices
    && points.every((one) => one > 0 && one <= frozen.most_points) && sum(points) <= frozen.points
    && (frozen.ballot !== "ranking" || new Set(points).size === points.length)
    && (frozen.ballot !== "knapsack" || sum(Object.keys(ballot).map((one) => costs.get(one))) <= frozen.budget_fen);
}

/* The one way in which a value is written before it is hashed. */
function written(value) {
  if (Array.isArray(value)) { return `[${value.map(written).join(",")}]`; }
  if (value === null || typeof value !== "object") { return JSON.stringify(value); }
  return `{${Object.keys(value).sort().map((name) => `${JSON.stringify(name)}:${written(value[name])}`).join(",")}}`;
}

function table(text) {
  const rows = [[""]];
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at], row = rows[rows.length - 1];
    if (quoted) {
      if (letter !== '"') { row[row.length - 1] += letter; }
      else if (text[at + 1] === '"') { row[row.length - 1] += letter; at += 1; }
      else { quoted = false; }
    } else if (letter === '"') { quoted = true; }
    else if (letter === ",") { row.push(""); }
    else if (letter === "\n") { rows.push([""]); }
    else if (letter !== "\r") { row[row.length - 1] += letter; }
  }
  const [header, ...others] = rows.filter((row) => row.length > 1 || row[0]);
  return others.map((row) => Object.fromEntries(header.map((name, place) => [name, row[place]])));
}

/* Unpack the files of a zip as texts by name. */
export async function unpacked(bytes) {
  const view = new DataView(bytes), files = {};
  let end = bytes.byteLength - 22;
  while (view.getUint32(end, true) !== 0x06054b50) { end -= 1; }
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left; left -= 1) {
    const size = view.getUint32(at + 20, true), long = view.getUint16(at + 28, true), local = view.getUint32(at + 42, true);
    const name = new TextDecoder().decode(new Uint8Array(bytes, at + 46, long));
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const packed = new Blob([new Uint8Array(bytes, start, size)]).stream();
    files[name] = await new Response(packed.pipeThrough(new DecompressionStream("deflate-raw"))).text();
    at += 46 + long + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}

async function sha256(text) {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* Load the package, count, and tell in words below the button. */
export async function show(button, place) {
  const words = JSON.parse(place.dataset.words);
  const say = ([name, ...values]) => values.reduce((text, value) => text.replace("{}", value), words[name]);
  const told = document.createElement("div");
  const line = (text) => told.appendChild(Object.assign(document.createElement("p"), { textContent: text }));
  place.replaceChildren(told);
  line(words.counting);
  try {
    const answer = await fetch(button.dataset.package);
    if (!answer.ok) { throw new Error(String(answer.status)); }
    const files = await unpacked(await answer.arrayBuffer());
    const found = await check(files, window.crypto && crypto.subtle ? sha256 : null);
    told.replaceChildren();
    place.className = `notice ${found.faults.length ? "stop" : "done"}`;
    line(say(found.faults.length ? ["differs", found.faults.length] : ["agrees", found.ballots]));
    found.faults.forEach((fault) => line(say(fault)));
    line(say(["counted", found.selected]));
    if (found.filled !== NONE) { line(say(["topped", found.filled])); }
    line(say(["sum", found.cost]));
    if (!(window.crypto && crypto.subtle)) { line(words.unhashed); }
  } catch (error) {
    told.replaceChildren();
    place.className = "notice stop";
    line(say(["failed", error.message]));
  }
}
