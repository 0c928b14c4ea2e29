"""The recipe on rolling origins: `PLEDGECAST_BIN=... python rolling.py --data FILE --until 2025-07`.

For each origin the recipe and the baseline train on all earlier months and score the two that follow; months after --until are
not used. Prints AUC, the difference to the baseline, and the calibration error. Choices in the recipe are made with this, not
with the last months.
"""

import argparse
from pathlib import Path

import numpy as np

import baseline
import data
import recipe
import scores

ORIGINS = 3
MONTHS = 2
THREADS = 2
SEED = 5


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", required=True, type=Path)
    arguments.add_argument("--until", required=True, help="last month to use")
    options = arguments.parse_args()
    campaigns = data.load(options.data)
    for back in range(ORIGINS):
        last = recipe.months_before(options.until, MONTHS * (back + 1))
        following = [recipe.months_before(last, -step) for step in range(1, MONTHS + 1)]
        early, late = campaigns.take(campaigns.month <= last), campaigns.take(np.isin(campaigns.month, following))
        fitted = recipe.fit(early, THREADS, SEED, lambda _: None)
        line_to_beat = baseline.scores_of(early, late, fitted.encodings, THREADS)
        for mode, rows in (("staff_pick_as_given", late), ("staff_pick_unknown", late.with_staff_pick(data.UNKNOWN))):
            report(f"{last} {mode}", late.success, fitted.score(rows), line_to_beat[mode])


def report(name, success, ours, theirs):
    auc, line = scores.auc(success, ours), scores.auc(success, theirs)
    ece, chance = scores.ece(success, ours), scores.ece_by_chance(ours)
    print(f"{name:32s} AUC {auc:.4f} ({auc - line:+.4f}) ECE {ece:.4f} (by chance {chance:.4f})", flush=True)


if __name__ == "__main__":
    main()
