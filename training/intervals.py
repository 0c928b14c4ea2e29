"""The interval of a probability: how far groups of alike campaigns stray from their score."""

import numpy as np

from teacher import logit, sigmoid

LEVEL, WIDTH = 0.90, 1.645
SMALLEST_GROUP = 25
POINTS = [0.005, 0.02, *np.arange(0.05, 0.951, 0.05).round(2), 0.98, 0.995]


def groups_of(campaigns, probability):
    """Campaigns of one parent category and of about the same score."""
    edges = np.quantile(probability, np.linspace(0, 1, 7)[1:-1])
    band = np.searchsorted(edges, probability)
    for parent in np.unique(campaigns.column("parent")):
        for b in np.unique(band):
            rows = (campaigns.column("parent") == parent) & (band == b)
            if rows.sum() >= SMALLEST_GROUP:
                p = probability[rows]
                yield campaigns.success[rows].mean(), p.mean(), (p * (1 - p)).mean() / len(p)


def spread_of(campaigns, probability):
    """The standard deviation, on the logit, of true group rates about their scores, chance taken out."""
    found = np.array(list(groups_of(campaigns, probability)))
    rate, p, chance = found.T
    slope = p * (1 - p)
    trial = np.linspace(0.02, 1.5, 300)
    variance = (trial[:, None] * slope) ** 2 + chance
    likelihood = (-0.5 * np.log(variance) - 0.5 * (rate - p) ** 2 / variance).sum(axis=1)
    return float(trial[likelihood.argmax()])


def coverage_of(campaigns, probability, spread):
    """The share of groups whose rate lies within the interval, chance of the group added."""
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
