"""The interval of a probability: how far groups of similar campaigns deviate from their score."""

import numpy as np

from logistic import logit, sigmoid

LEVEL, WIDTH = 0.90, 1.645
SMALLEST_GROUP = 25
POINTS = [0.005, 0.02, *np.arange(0.05, 0.951, 0.05).round(2), 0.98, 0.995]


def groups_of(campaigns, probability):
    """Campaigns of one parent category with similar scores."""
    edges = np.quantile(probability, np.linspace(0, 1, 7)[1:-1])
    band = np.searchsorted(edges, probability)
    for parent in np.unique(campaigns.column("parent")):
        for b in np.unique(band):
            rows = (campaigns.column("parent") == parent) & (band == b)
            if rows.sum() >= SMALLEST_GROUP:
                p = probability[rows]
                yield campaigns.success[rows].mean(), p.mean(), (p * (1 - p)).mean() / len(p)


def spread_of(campaigns, probability):
    """The smallest spread on the logit with which the intervals contain LEVEL of the groups."""
    trials = np.linspace(0.0, 1.5, 151)
    return next(
        (float(spread) for spread in trials if coverage_of(campaigns, probability, spread)[0] >= LEVEL), trials[-1]
    )


def coverage_of(campaigns, probability, spread):
    """The share of groups whose rate is inside the interval, allowing for chance within the group."""
    inside = []
    for rate, p, chance in groups_of(campaigns, probability):
        inside.append(abs(rate - p) <= WIDTH * np.sqrt((spread * p * (1 - p)) ** 2 + chance))
    return float(np.mean(inside)), len(inside)


def table(spread):
    points = np.array(POINTS)
    low, high = (sigmoid(logit(points) + side * WIDTH * spread) for side in (-1, 1))
    return [
        {"probability": float(p), "low": round(float(a), 4), "high": round(float(b), 4)}
        for p, a, b in zip(points, low, high)
    ]
