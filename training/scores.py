"""Metrics of probabilities: AUC, accuracy, log loss, Brier score and calibration error."""

import numpy as np

BINS = 15


def auc(success, probability):
    """The probability that a success ranks above a failure; ties count half."""
    order = np.argsort(probability, kind="stable")
    ranks = np.empty(len(order))
    ranks[order] = np.arange(1, len(order) + 1)
    values, inverse, counts = np.unique(probability, return_inverse=True, return_counts=True)
    ranks = (np.bincount(inverse, weights=ranks) / counts)[inverse]
    positive = success == 1
    n, m = positive.sum(), (~positive).sum()
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))


def bins_of(probability):
    """Bins of equal size, by score."""
    ranks = np.argsort(np.argsort(probability, kind="stable"), kind="stable")
    return ranks * BINS // len(probability)


def ece(success, probability):
    """Expected calibration error over bins with the same number of campaigns."""
    bins = bins_of(probability)
    n = np.bincount(bins, minlength=BINS)
    gap = np.bincount(bins, weights=success - probability, minlength=BINS)
    return float(np.abs(gap).sum() / n.sum())


def score(success, probability):
    """All metrics, for the manifest."""
    success = success.astype(float)
    p = np.clip(probability.astype(float), 1e-7, 1 - 1e-7)
    return {
        "auc": auc(success, p),
        "accuracy": float(((p >= 0.5) == (success == 1)).mean()),
        "log_loss": float(-(success * np.log(p) + (1 - success) * np.log(1 - p)).mean()),
        "brier": float(((p - success) ** 2).mean()),
        "ece": ece(success, p),
        "n": int(len(p)),
    }


def spread(measure, success, probability, rounds=400, seed=7):
    """The 95 % interval of a metric, from resampling campaigns."""
    random = np.random.default_rng(seed)
    values = []
    for _ in range(rounds):
        rows = random.integers(0, len(success), len(success))
        if 0 < success[rows].sum() < len(rows):
            values.append(measure(success[rows], probability[rows]))
    return tuple(float(v) for v in np.quantile(values, [0.025, 0.975]))


def ece_by_chance(probability, rounds=200, seed=7):
    """The ECE of a perfectly calibrated score on this many campaigns, from chance alone."""
    random = np.random.default_rng(seed)
    drawn = (random.random(len(probability)) < probability for _ in range(rounds))
    return float(np.mean([ece(success.astype(float), probability) for success in drawn]))
