"""Tests of calibration on rolling origins: `PLEDGECAST_BIN=... python rolling.py --data FILE --until 2025-07`.

For each month from the seventh on, trees train on all earlier months and score that month and the next; months after
--until are not used. Prints the calibration errors of each variant; the model card says what was chosen. Only LightGBM:
the question is calibration.
"""

import os

for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import argparse
from pathlib import Path

import numpy as np

import data
import recipe
import scores
import teacher
from teacher import sigmoid

FIRST_MONTHS = 6
LATEST_MONTHS = 2


class Origin:
    """The scores of trees trained on earlier months, for a month and the next one."""

    def __init__(self, campaigns, month):
        early = campaigns.take(campaigns.month < month)
        following = recipe.months_before(month, -1)
        self.late = campaigns.take((campaigns.month >= month) & (campaigns.month <= following))
        encodings = data.encodings_of(early)
        inputs, rows = data.encode(early, encodings), data.encode(self.late, encodings)
        column = data.NUMBER["staff_pick"]
        off, on = rows.copy(), rows.copy()
        off[:, column], on[:, column] = 0, 1
        self.on, self.off = logits(inputs, early.success, True, [on, off])
        (self.without,) = logits(inputs, early.success, False, [rows])

    def unpicked(self, share):
        return (1 - share) * self.off + share * self.without


def logits(inputs, success, pick, sets):
    columns = teacher.Columns(inputs, pick)
    names = columns.names()
    falling = [-1 if name in teacher.GOAL_COLUMNS else 0 for name in names]
    weight = np.ones(len(success))
    models = [
        teacher.fit_lightgbm(columns.of(inputs), success, weight, names, falling, seed, 1) for seed in teacher.SEEDS
    ]
    return [np.mean([model(columns.of(rows)) for model in models], axis=0) for rows in sets]


def stacked(origin, share):
    """Every campaign twice: with its staff pick, and without one."""
    off = origin.unpicked(share)
    picked = origin.late.column("staff_pick") == 1
    logit = np.concatenate([np.where(picked, origin.on, off), off])
    pick = np.concatenate([picked, np.zeros(len(picked))]).astype(float)
    return np.column_stack([logit, np.ones(len(logit)), pick]), np.tile(origin.late.success, 2).astype(float)


def logistic(origin, share):
    """Scale, shift and shift for picks that fit an earlier origin, regularized towards no change."""
    columns, success = stacked(origin, share)
    none, prior = np.array([1.0, 0.0, 0.0]), np.array([50.0, 1.0, 10.0])
    weights = none
    for _ in range(30):
        p = sigmoid(columns @ weights)
        slope = columns.T @ (success - p) - prior * (weights - none)
        curve = (columns * (p * (1 - p))[:, None]).T @ columns + np.diag(prior)
        weights = weights + np.linalg.solve(curve, slope)
    return weights


def errors(origin, share, weights):
    columns, success = stacked(origin, share)
    p = sigmoid(columns @ weights)
    half = len(origin.late)
    modes = [(success[:half], p[:half]), (success[half:], p[half:])]
    return [value for y, q in modes for value in (scores.ece(y, q), (q - y).mean(), scores.ece_by_chance(q, 40))]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", required=True, type=Path)
    arguments.add_argument("--until", required=True, help="last month to use")
    options = arguments.parse_args()
    campaigns = data.load(options.data)
    campaigns = campaigns.take(campaigns.month <= options.until)
    months = sorted(set(campaigns.month))
    origins = {month: Origin(campaigns, month) for month in months[FIRST_MONTHS:-1]}
    judged = [month for month in origins if recipe.months_before(month, LATEST_MONTHS) in origins]
    print(f"{len(judged)} origins, {judged[0]} to {judged[-1]}; for each mode ECE, bias, ECE by chance")
    none = np.array([1.0, 0.0, 0.0])
    for share in (0.0, 0.3, 0.5, 0.7, 0.85, 1.0):
        report(f"share without pick {share}", [errors(origins[month], share, none) for month in judged])
    found = []
    for month in judged:
        weights = logistic(origins[recipe.months_before(month, LATEST_MONTHS)], recipe.SHARE_WITHOUT_PICK)
        found.append(errors(origins[month], recipe.SHARE_WITHOUT_PICK, weights))
    report(f"{recipe.SHARE_WITHOUT_PICK}, calibrated on the latest {LATEST_MONTHS} months", found)


def report(name, found):
    print(f"{name:40s}", " ".join(f"{value:+.4f}" for value in np.mean(found, axis=0)), flush=True)


if __name__ == "__main__":
    main()
