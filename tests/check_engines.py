#!/usr/bin/env python3
"""Every locked npm package must run on Debian 12's own Node.js (18), whatever this machine has: reads `engines.node` of each."""
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE = (18, 20, 0)  # Debian 12 has had 18.13 and has 18.20 by its security updates


def version(text):
    numbers = [int(n) for n in re.findall(r"\d+", text)[:3]]
    return tuple(numbers + [0] * (3 - len(numbers)))


def satisfies(comparator):
    match = re.fullmatch(r"\s*(>=|>|<=|<|=|\^|~)?\s*v?(\d+|\*|x)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?(?:-[\w.]+)?\s*", comparator)
    if not match:
        raise ValueError(comparator)
    operator, parts = match.group(1) or "", match.groups()[1:]
    if parts[0] in ("*", "x"):
        return True
    wanted = tuple(int(p) if p and p.isdigit() else 0 for p in parts)
    given = sum(1 for p in parts if p and p.isdigit())
    if operator == ">=":
        return NODE >= wanted
    if operator == ">":
        return NODE[:given] > wanted[:given]
    if operator == "<":
        return NODE < wanted
    if operator == "<=":
        return NODE[:given] <= wanted[:given]
    if operator == "^":
        return NODE[0] == wanted[0] and NODE >= wanted
    if operator == "~":
        return NODE[:2] == wanted[:2] and NODE >= wanted
    return NODE[:given] == wanted[:given]


def range_satisfied(text):
    for alternative in text.split("||"):
        comparators = re.findall(r"(?:>=|<=|>|<|=|\^|~)?\s*v?[\dx*][\w.*-]*", alternative)
        if all(satisfies(c) for c in comparators):
            return True
    return False


bad = []
count = 0
for lock in ["web-client/package-lock.json", "tests/browser/package-lock.json"]:
    for name, package in json.loads((ROOT / lock).read_text())["packages"].items():
        wanted = package.get("engines", {})
        wanted = wanted.get("node") if isinstance(wanted, dict) else None
        if not wanted:
            continue
        count += 1
        if not range_satisfied(wanted):
            bad.append(f"{lock}: {name} {package.get('version')} wants node {wanted}")
print("\n".join(bad) if bad else f"engines: {count} packages run on node {NODE[0]}")
sys.exit(1 if bad or not count else 0)
