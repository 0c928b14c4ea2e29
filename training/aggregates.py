"""Aggregates of the campaigns for the manifest: rates by category, duration, goal and month, rates with and without each change
that advice suggests, rates by day of launch, and a background sample.
Only counts and synthetic rows: no campaign can be recovered from them."""

import numpy as np

import data
from data import FEATURES, LABELS, NUMBER, NUMBERS

# An edge belongs to the bin above it, so that round goals and the usual 30 days are separated from lower values.
GOAL_EDGES_USD = [
    100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000, 15_000, 20_000, 30_000, 50_000,
    70_000, 100_000, 150_000, 200_000, 300_000, 500_000, 1_000_000,
]  # fmt: skip
DURATION_EDGES_DAYS = [15, 30, 31, 45]
# Wide, so that campaigns with and without a change can be compared within a band and parent category.
BAND_EDGES_USD = [1000, 5000, 15_000, 50_000]
PREPARATION_EDGES_DAYS = [7, 15, 30, 60, 120, 240]
# A category with fewer campaigns has too few with and without a change; its parent category is shown instead.
FEWEST_OF_A_GROUP = 50
# A category with fewer campaigns has too few per month and weekday; its parent category is shown instead.
FEWEST_OF_A_CALENDAR = 840
BACKGROUND_ROWS = 64
CANDIDATES = 4096


def neighbours(campaigns):
    parent = campaigns.column("parent").astype(str)
    names, category = np.unique(campaigns.column("category").astype(str), return_inverse=True)
    goal = np.searchsorted(GOAL_EDGES_USD, rounded_goal(campaigns.column("log_goal")), side="right")
    duration = np.searchsorted(DURATION_EDGES_DAYS, campaigns.column("duration_days"), side="right")
    months, month = np.unique(np.column_stack([parent, campaigns.month.astype(str)]), axis=0, return_inverse=True)
    return {
        "categories": [dict(zip(("parent", "name"), name.split(" / ", 1))) for name in names],
        "goal_edges_usd": [float(edge) for edge in GOAL_EDGES_USD],
        "duration_edges_days": DURATION_EDGES_DAYS,
        "cells": counted(campaigns.success, category, duration, goal),
        "months": [
            {"parent": str(p), "month": str(m), "campaigns": n, "successes": k}
            for (p, m), (n, k) in zip(months, counts_of(month.ravel(), campaigns.success))
        ],
    }


def evidence(campaigns, label):
    """Counts by parent category or category and by goal band, for each value of the fields that advice changes."""
    names, sizes = np.unique(campaigns.column(label).astype(str), return_counts=True)
    groups = names[sizes >= FEWEST_OF_A_GROUP]
    campaigns = campaigns.take(np.isin(campaigns.column(label).astype(str), groups))
    group = np.searchsorted(groups, campaigns.column(label).astype(str))
    band = np.searchsorted(BAND_EDGES_USD, rounded_goal(campaigns.column("log_goal")), side="right")
    preparation = np.expm1(campaigns.column("log_preparation").astype(float)).round()
    values = {
        "weekday": campaigns.column("launch_weekday").astype(int),
        "preparation": np.searchsorted(PREPARATION_EDGES_DAYS, preparation, side="right"),
        "duration": np.searchsorted(DURATION_EDGES_DAYS, campaigns.column("duration_days"), side="right"),
        "video": campaigns.column("has_video").astype(int),
    }
    return {
        "groups": [str(name) for name in groups],
        "goal_edges_usd": [float(edge) for edge in BAND_EDGES_USD],
        "preparation_edges_days": PREPARATION_EDGES_DAYS,
        "duration_edges_days": DURATION_EDGES_DAYS,
        **{name: counted(campaigns.success, group, band, value) for name, value in values.items()},
    }


def calendar(campaigns):
    """Counts by month and weekday of launch, for each parent category and each large category."""
    month, weekday = (campaigns.column(name).astype(int) for name in ("launch_month", "launch_weekday"))
    tables = []
    for column in ("parent", "category"):
        label = campaigns.column(column).astype(str)
        for name in np.unique(label):
            rows = label == name
            if column == "category" and rows.sum() < FEWEST_OF_A_CALENDAR:
                continue
            parent, _, category = name.partition(" / ")
            cells = counted(campaigns.success[rows], month[rows], weekday[rows])
            tables.append({"parent": parent, "category": category or None, "cells": cells})
    return tables


def counted(success, *groups):
    """For each combination that occurs: the values of the groups, the number of campaigns and of successes."""
    cells, cell = np.unique(np.column_stack(groups), axis=0, return_inverse=True)
    return [[*map(int, c), *counts] for c, counts in zip(cells, counts_of(cell.ravel(), success))]


def rounded_goal(log_goal):
    """The goal in whole dollars if it is at least 10: ln and exp of 1000 are not exactly 1000."""
    goal = np.exp(log_goal.astype(float))
    return np.where(goal < 10, goal, np.round(goal))


def counts_of(group, success):
    campaigns = np.bincount(group)
    successes = np.bincount(group, weights=success)
    return [(int(n), int(k)) for n, k in zip(campaigns, successes)]


def background(campaigns, encodings, score, seed):
    """Rows that resemble campaigns but are none: each group of fields comes from another campaign of the category.

    Their scores have the quantiles of the campaigns' scores. The order is such that every power of two of first rows
    is spread over all scores as well.
    """
    random = np.random.default_rng(seed)
    inputs = data.encode(campaigns, encodings)
    made_up = coarse(mixed_within_categories(inputs, random))
    found, wanted = score(made_up), np.sort(score(inputs))
    order = np.argsort(found)
    rows = []
    for share in (spread_order(BACKGROUND_ROWS) + 0.5) / BACKGROUND_ROWS:
        at = np.searchsorted(found[order], wanted[int(share * len(wanted))])
        nearest = order[min(at, len(order) - 1)]
        rows.append([round(float(value), 6) for value in made_up[nearest]])
    return rows


def mixed_within_categories(inputs, random):
    at = len(NUMBERS)
    rows = inputs[random.integers(0, len(inputs), CANDIDATES)].copy()
    groups = [
        ["log_goal", "duration_days", "default_duration", "longest_duration"],
        ["log_preparation", "fresh_draft"],
        ["name_chars", "name_words", "name_digit", "name_wording"],
        ["blurb_chars", "blurb_words", "blurb_wording"],
        ["has_video"],
        ["staff_pick"],
        ["launch_month", "launch_weekday"],
    ]
    columns = [[NUMBER[name] for name in group] for group in groups]
    columns.append([NUMBER["california"], at + LABELS.index("country"), at + LABELS.index("currency")])
    category = at + LABELS.index("category")
    for label in np.unique(rows[:, category]):
        mine = np.flatnonzero(rows[:, category] == label)
        alike = np.flatnonzero(inputs[:, category] == label)
        for group in columns:
            rows[np.ix_(mine, group)] = inputs[np.ix_(random.choice(alike, len(mine)), group)]
    return rows


def coarse(rows):
    """Goal and preparation rounded to two digits. The creator stays unknown, as in the data."""
    rows = rows.astype(float)
    rows[:, NUMBER["log_goal"]] = np.log(two_digits(np.exp(rows[:, NUMBER["log_goal"]])))
    days = np.expm1(rows[:, NUMBER["log_preparation"]])
    rows[:, NUMBER["log_preparation"]] = np.log1p(two_digits(np.maximum(days, 1)) * (days >= 0.5))
    return rows


def two_digits(values):
    unit = 10 ** (np.floor(np.log10(values)) - 1)
    return np.round(values / unit) * unit


def spread_order(count):
    """0 to count - 1 in bit-reversed order; count is a power of two."""
    bits = count.bit_length() - 1
    return np.array([int(f"{i:0{bits}b}"[::-1], 2) for i in range(count)])
