#!/usr/bin/env python3
"""Writes mixture_examples.json: worked examples of contract 4, counted here the slow way.

An implementation of its own, from the words of the contract and of core/data/mix/mixture_calculator.h:
plain loops over plain lists, shares as exact fractions. Run it again only when the contract changes.

usage: make_mixture_examples.py > mixture_examples.json
"""
import json
import random
from fractions import Fraction

MASK = (1 << 64) - 1


def mix(z):
    z = (z + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def order(n, seed, epoch):
    if n == 1:
        return [0]
    k = 1
    while 4 ** k < n:
        k += 1
    key = mix(seed ^ mix(epoch))
    out = []
    for i in range(n):
        value = i
        while True:
            left, right = value >> k, value & ((1 << k) - 1)
            for r in range(8):
                left, right = right, left ^ (mix(key ^ ((r << 56) & MASK) ^ right) >> (64 - k))
            value = left << k | right
            if value < n:
                break
        out.append(value)
    return out


def usable(row, markers):
    if row["rank"] == "tie":
        return False
    bad = row["rank"] == "rejected" or (row["rank"] == "" and row["feedback"] == "negative")
    return markers == "both" or not bad


def held_groups(source, rows, seed):
    hold = source["hold_out"]
    if hold.get("given"):
        return {row["group"] for row in rows if row["given"]}
    if "uids" in hold:
        return {row["group"] for row in rows if row["uid"] in hold["uids"]}
    fraction = Fraction(str(hold.get("fraction", 0)))
    if fraction == 0:
        return set()
    groups = {}
    for row in rows:
        if usable(row, source["markers"]):
            groups[row["group"]] = groups.get(row["group"], 0) + 1
    total = sum(groups.values())
    wanted = max(1, int(fraction * total + Fraction(1, 2)))
    taken, held = 0, set()
    for group in sorted(groups, key=lambda g: (mix(seed ^ g), g)):
        if taken >= wanted or groups[group] >= total:
            break
        held.add(group)
        taken += groups[group]
    return held


def remainder(shares, total):
    exact = [share * total for share in shares]
    amounts = [int(x) for x in exact]
    by_rest = sorted(range(len(shares)), key=lambda i: (-(exact[i] - amounts[i]), i))
    for i in by_rest:
        if sum(amounts) == total:
            break
        if shares[i] > 0:
            amounts[i] += 1
    return amounts


def measure(row, basis):
    return {"rows": 1, "tokens": row["tokens"], "trained_tokens": row["trained"]}[basis]


def prefix(rows, basis, target):
    """How many rows, going round, come nearest to the target; the shorter of equals."""
    if not rows or target <= 0:
        return 0
    total, count = 0, 0
    while total < target:
        following = total + measure(rows[count % len(rows)], basis)
        if following - target >= target - total and following > target:
            return count
        total, count = following, count + 1
    return count


def build(mixture, data):
    seed, basis = mixture["seed"], mixture["basis"]
    held = set()
    for source, rows in zip(mixture["sources"], data):
        held |= held_groups(source, rows, seed)
    lists, out = [], []
    for source, rows in zip(mixture["sources"], data):
        own = held_groups(source, rows, seed)
        kept, held_rows, left_out = [], [], 0
        for number, row in enumerate(rows):
            if not usable(row, source["markers"]) or row["group"] in mixture["excluded"]:
                left_out += 1
            elif row["group"] not in held:
                kept.append(number)
            elif own:
                held_rows.append(number)
            else:
                left_out += 1
        begin, end = source["slice"]
        kept = kept[begin:] if end < 0 else kept[begin:max(end, begin)]
        arranged = [kept[i] for i in order(len(kept), seed, 0)] if kept else []
        if source["cap"] > 0:
            arranged = arranged[:source["cap"]]
        lists.append(arranged)
        out.append({"held": held_rows, "left_out": left_out})
    if mixture["sources"][0]["share"] is None:
        counts = [len(rows) * source["repeat"] for rows, source in zip(lists, mixture["sources"])]
    else:
        shares = [Fraction(str(source["share"])) for source in mixture["sources"]]
        shares = [share / sum(shares) for share in shares]
        total = mixture["total"]
        if total == 0:
            reach = []
            for share, rows, source, facts in zip(shares, lists, mixture["sources"], data):
                if share > 0:
                    once = sum(measure(facts[number], basis) for number in rows)
                    reach.append(once * source["repeat"] / share)
            total = int(min(reach))
        counts = [prefix([facts[number] for number in rows], basis, target)
                  for rows, facts, target in zip(lists, data, remainder(shares, total))]
    for rows, count, facts, answer in zip(lists, counts, data, out):
        taken = [rows[i % len(rows)] for i in range(count)] if rows else []
        answer["taken"] = taken
        answer["rows"] = len(taken)
        answer["tokens"] = sum(facts[number]["tokens"] for number in taken)
        answer["trained_tokens"] = sum(facts[number]["trained"] for number in taken)
    return out


def make_rows(dice, count, first_group):
    rows = []
    for number in range(count):
        tokens = dice.randint(4, 400)
        rank = dice.choice(["", "", "", "chosen", "rejected", "tie"])
        rows.append({"uid": dice.getrandbits(32), "group": first_group + dice.randint(0, count),
                     "tokens": tokens, "trained": dice.randint(1, tokens), "rank": rank,
                     "feedback": dice.choice(["none", "none", "positive", "negative"]) if rank == "" else "none",
                     "given": dice.random() < 0.1})
    return rows


def make_mixture(dice, data):
    shared = dice.random() < 0.6
    sources = []
    for rows in data:
        hold = dice.choice([{}, {"fraction": 0.1}, {"fraction": 0.25}, {"given": True}, {"list": True}])
        if "list" in hold:
            hold = {"uids": sorted(row["uid"] for row in dice.sample(rows, max(1, len(rows) // 12)))}
        begin = dice.choice([0, 0, 3])
        sources.append({
            "share": dice.choice([0.07, 0.1, 0.25, 0.3, 0.41, 1]) if shared else None,
            "repeat": dice.choice([1, 1, 2, 5]), "cap": dice.choice([0, 0, 7]),
            "slice": [begin, dice.choice([-1, -1, 20])], "hold_out": hold,
            "markers": dice.choice(["none", "chosen", "both"])})
    groups = sorted({row["group"] for rows in data for row in rows})
    return {"seed": dice.choice([42, 7, 2 ** 63 - 1]), "basis": dice.choice(["rows", "tokens", "trained_tokens"]),
            "total": dice.choice([0, 0, 100, 5000]) if shared else 0, "sources": sources,
            "excluded": dice.sample(groups, 2) if dice.random() < 0.4 else []}


def main():
    dice = random.Random(20260101)
    examples = []  # a row: uid, group, tokens, trained, rank, feedback, given
    while len(examples) < 48:
        data = [make_rows(dice, dice.randint(6, 30), 1 + 17 * i) for i in range(dice.randint(1, 4))]
        mixture = make_mixture(dice, data)
        examples.append({"mixture": mixture, "data": [[list(row.values()) for row in rows] for rows in data], "expected": build(mixture, data)})
    print('{"made_by":"make_mixture_examples.py","orders":', json.dumps(
        {"10_42_0": order(10, 42, 0), "10_42_1": order(10, 42, 1)}, separators=(",", ":")), ',"examples":[', sep="")
    print(",\n".join(json.dumps(example, separators=(",", ":")) for example in examples))
    print("]}")


main()
