"""Typical average pledges of successful campaigns by parent category, for `src/types/typical_pledges.rs`.

Reads a CSV file of finished campaigns with the columns `parent_name`, `usd_pledged`, `backers` and `success` (1 or 0).
Only counts and quartiles in whole dollars are printed: no campaign can be recovered from them. Needs only Python.
"""

import argparse
import csv
from statistics import quantiles

# A category with fewer successful campaigns gets the figures of all categories.
CAMPAIGNS_MIN = 50


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="CSV file of finished campaigns")
    by_parent = pledges_by_parent(parser.parse_args().data)
    print(row("", [pledge for pledges in by_parent.values() for pledge in pledges]))
    for parent, pledges in sorted(by_parent.items()):
        if parent and len(pledges) >= CAMPAIGNS_MIN:
            print(row(parent, pledges))


def pledges_by_parent(path):
    """The average pledge, in US dollars, of each successful campaign with backers."""
    by_parent = {}
    with open(path, newline="", encoding="utf-8") as file:
        for campaign in csv.DictReader(file):
            backers = int(float(campaign["backers"]))
            if campaign["success"] == "1" and backers > 0:
                pledge = float(campaign["usd_pledged"]) / backers
                by_parent.setdefault(campaign["parent_name"], []).append(pledge)
    return by_parent


def row(parent, pledges):
    low, median, high = (round(it) for it in quantiles(pledges, n=4, method="inclusive"))
    return f'    typical("{parent}", {len(pledges)}, [{low}, {median}, {high}]),'


if __name__ == "__main__":
    main()
