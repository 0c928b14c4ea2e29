"""How uncertain the gain of a change is: how far it differs between models fitted to resampled campaigns.

For each kind of change, trees fitted to bootstrap samples score campaigns with and without the change. The standard deviation of
the gain grows with the gain, so the manifest stores a line for each kind.
"""

import lightgbm
import numpy as np

import data
import teacher
from data import NUMBER, with_column
from logistic import sigmoid

FITS = 8
ROWS = 1500
FLOOR = 0.005


def measure(campaigns, encodings, seed, threads):
    """For each kind of change, `floor` and `slope`: the error of a gain g is about floor + slope * |g|."""
    random = np.random.default_rng(seed)
    inputs = data.encode(campaigns, encodings)
    rows = inputs[random.choice(len(inputs), ROWS, replace=False)]
    changed = {name: change(rows, random) for name, change in CHANGES.items()}
    gains = {name: [] for name in CHANGES}
    for at in range(FITS):
        sample = random.integers(0, len(inputs), len(inputs))
        score = fit(inputs[sample], campaigns.success[sample], seed + at, threads)
        before = score(rows)
        for name, after in changed.items():
            gains[name].append(score(after) - before)
    return {name: line(np.array(values)) for name, values in gains.items()}


def fit(inputs, success, seed, threads):
    columns = teacher.Columns(inputs, success, False)
    model = teacher.fit_lightgbm(columns.of(inputs), success, columns.names(), columns.falling(), seed, threads, 400)
    return lambda rows: sigmoid(model(columns.of(rows)))


def line(gains):
    """The standard deviation of a gain over the fits, as a line over its mean."""
    mean, error = np.abs(gains.mean(axis=0)), gains.std(axis=0, ddof=1)
    slope = max(float(np.polyfit(mean, error, 1)[0]), 0.0)
    floor = max(float((error - slope * mean).mean()), FLOOR)
    return {"floor": round(floor, 4), "slope": round(slope, 4)}


# Each kind of change to random allowed values; habits stay, as in advice.
CHANGES = {
    "goal": lambda rows, random: with_column(rows, "log_goal", rows[:, 0] + np.log(random.uniform(0.5, 0.9, len(rows)))),
    "duration": lambda rows, random: with_column(rows, "duration_days", random.integers(14, 61, len(rows))),
    "weekday": lambda rows, random: with_column(rows, "launch_weekday", random.integers(0, 7, len(rows))),
    "preparation": lambda rows, random: with_column(
        rows, "log_preparation", np.log1p(np.expm1(rows[:, NUMBER["log_preparation"]]) + random.integers(7, 121, len(rows)))
    ),
    "video": lambda rows, random: with_column(rows, "has_video", 1 - rows[:, NUMBER["has_video"]]),
}
