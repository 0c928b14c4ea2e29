"""The student: the small network that is shipped, trained on the teacher's scores.

All inputs except the goal go through two hidden layers to a base score a(x) and K decreases b_k(x) >= 0. The score is
a(x) - sum of b_k(x) * ramp_k(log goal), where the ramps never fall. So the score cannot rise with the goal, whatever the
weights are. Numbers enter as ramps between quantiles, which also limits them; labels, month and weekday enter as rows of
tables. All numbers except the goal are quantized, so that what the ramps have learnt can be written as rows of tables
as well.
"""

from dataclasses import dataclass

import numpy as np

from data import FEATURES, LABELS, NUMBER, NUMBERS

RAMPED = {"duration_days": 10, "log_preparation": 10, "name_chars": 8, "name_words": 6, "blurb_chars": 8, "blurb_words": 6}
FLAGS = ["name_digit", "has_video", "staff_pick", "california"]
GOAL_RAMPS = 20
TABLED = {"launch_month": 12, "launch_weekday": 7}
HIDDEN = (64, 24)
# Whole numbers have a step each; preparation has steps of about a twentieth of its days.
PREPARATION_STEP = 0.05
# Added before a value is truncated to a step. A half would be correct too, but the bounds of a manifest have halves
# between them, where two implementations could round differently.
NEAREST = 0.4


@dataclass
class Ramps:
    """Piecewise-linear steps: each is 0 below its start, 1 above its end, and linear between them."""

    column: np.ndarray
    start: np.ndarray
    slope: np.ndarray

    def of(self, inputs):
        return np.clip((inputs[:, self.column] - self.start) * self.slope, 0, 1).astype(np.float32)


@dataclass
class Steps:
    """Equal steps of a number, starting at `low`; values outside count as the first or last step."""

    low: float
    width: float
    count: int

    def nearest(self, values):
        step = np.floor((values.astype(float) - self.low) / self.width + NEAREST)
        return self.low + self.width * np.clip(step, 0, self.count - 1)

    def values(self):
        return self.low + self.width * np.arange(self.count)


def whole_steps(first, last):
    return Steps(np.floor(first), 1.0, int(np.ceil(last) - np.floor(first)) + 1)


def preparation_steps(last, width=PREPARATION_STEP):
    """Steps whose edges are far from whole days, so that rounding cannot choose the wrong step."""
    days = np.log1p(np.arange(np.ceil(np.expm1(last)) + 1))

    def distance(low):
        step = (days - low) / width + NEAREST
        return np.abs(step - np.round(step)).min()

    low = max(-width * np.linspace(0, 0.5, 501), key=distance)
    return Steps(low, width, int(np.ceil((last - low) / width)) + 1)


def ramps_between(column, values, count):
    knots = np.unique(np.quantile(values, np.linspace(0.001, 0.999, count + 1)).round(4))
    return np.full(len(knots) - 1, column), knots[:-1], 1 / np.diff(knots)


def fit_ramps(inputs):
    parts = [ramps_between(NUMBER[name], inputs[:, NUMBER[name]], count) for name, count in RAMPED.items()]
    for name in FLAGS:
        parts.append((np.array([NUMBER[name]]), np.array([0.0]), np.array([1.0])))
    others = Ramps(*(np.concatenate(part).astype(t) for part, t in zip(zip(*parts), (int, "f4", "f4"))))
    column, start, slope = ramps_between(0, inputs[:, 0], GOAL_RAMPS)
    return others, Ramps(column, start.astype("f4"), slope.astype("f4"))


class Student:
    def __init__(self, inputs, encodings, seed):
        self.others, self.goal = fit_ramps(inputs)
        self.steps = {name: self.fit_steps(name) for name in RAMPED}
        self.tables = {name: len(encodings[name]) + 1 for name in LABELS} | TABLED
        self.random = np.random.default_rng(seed)
        width = len(self.others.start) + sum(self.tables.values())
        outputs = 1 + len(self.goal.start)
        sizes = [width, *HIDDEN, outputs]
        self.weights = [
            self.random.normal(0, np.sqrt(2 / min(a, 80)), (a, b)).astype(np.float32) for a, b in zip(sizes, sizes[1:])
        ]
        self.weights[-1] *= 0.3
        self.biases = [np.zeros(b, np.float32) for b in sizes[1:]]
        self.biases[-1][:] = 0.3

    def fit_steps(self, name):
        mine = self.others.column == NUMBER[name]
        first, last = self.others.start[mine][0], (self.others.start + 1 / self.others.slope)[mine][-1]
        return preparation_steps(last) if name == "log_preparation" else whole_steps(first, last)

    def rows_by_name(self):
        """The rows of the first layer: one for each step of a number, each flag that is set and each label."""
        ramps, first = len(self.others.start), self.weights[0]
        rows = {}
        for name in [*RAMPED, *FLAGS]:
            values = self.steps[name].values() if name in RAMPED else np.ones(1)
            inputs = np.zeros((len(values), len(FEATURES)))
            inputs[:, NUMBER[name]] = values
            mine = self.others.column == NUMBER[name]
            rows[name] = self.others.of(inputs)[:, mine] @ first[:ramps][mine]
        at = ramps
        for name, size in self.tables.items():
            rows[name] = first[at : at + size]
            at += size
        return rows

    def wide(self, inputs):
        """The ramps, then one column for each row of each table."""
        stepped = inputs.copy()
        for name, steps in self.steps.items():
            stepped[:, NUMBER[name]] = steps.nearest(inputs[:, NUMBER[name]])
        ramps = self.others.of(stepped)
        out = np.zeros((len(inputs), self.weights[0].shape[0]), np.float32)
        out[:, : ramps.shape[1]] = ramps
        at, rows = ramps.shape[1], np.arange(len(inputs))
        for name, size in self.tables.items():
            out[rows, at + self.table_rows(inputs, name)] = 1
            at += size
        return out

    @staticmethod
    def table_rows(inputs, name):
        if name in LABELS:
            return inputs[:, len(NUMBERS) + LABELS.index(name)].astype(int)
        return inputs[:, NUMBER[name]].astype(int) - (1 if name == "launch_month" else 0)

    def logits(self, inputs, chunk=20000):
        return np.concatenate([self.forward(inputs[i : i + chunk])[0] for i in range(0, len(inputs), chunk)])

    def forward(self, inputs):
        layers = [self.wide(inputs)]
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            layers.append(np.maximum(layers[-1] @ weight + bias, 0))
        raw = layers[-1] @ self.weights[-1] + self.biases[-1]
        ramps = self.goal.of(inputs)
        falls = np.maximum(raw[:, 1:], 0)
        return raw[:, 0] - (falls * ramps).sum(axis=1), layers, raw, ramps

    def gradients(self, inputs, target):
        """The gradients of the cross-entropy against the teacher's probability."""
        logit, layers, raw, ramps = self.forward(inputs)
        error = (1 / (1 + np.exp(-logit)) - target) / len(target)
        back = np.empty_like(raw)
        back[:, 0] = error
        back[:, 1:] = -error[:, None] * ramps * (raw[:, 1:] > 0)
        weights, biases = [], []
        for level in reversed(range(len(self.weights))):
            weights.append(layers[level].T @ back)
            biases.append(back.sum(axis=0))
            if level:
                back = (back @ self.weights[level].T) * (layers[level] > 0)
        return weights[::-1] + biases[::-1]

    def fit(self, draw, epochs, rate=2e-3, batch=1024, decay=1e-5, report=None):
        """Adam with a decreasing rate; `draw(random)` returns new rows and scores for each epoch."""
        parameters = self.weights + self.biases
        first = [np.zeros_like(p) for p in parameters]
        second = [np.zeros_like(p) for p in parameters]
        step = 0
        for epoch in range(epochs):
            inputs, target = draw(self.random)
            order = self.random.permutation(len(inputs))
            for at in range(0, len(order) - batch + 1, batch):
                rows = order[at : at + batch]
                step += 1
                progress = (epoch + at / len(order)) / epochs
                speed = rate * 0.5 * (1 + np.cos(np.pi * progress)) + 1e-6
                for p, m, v, g in zip(parameters, first, second, self.gradients(inputs[rows], target[rows])):
                    m += 0.1 * (g - m)
                    v += 0.001 * (g * g - v)
                    hat = np.sqrt(v / (1 - 0.999**step)) + 1e-8
                    p -= speed * (m / (1 - 0.9**step) / hat + decay * p)
            if report:
                report(epoch)


def mixed_rows(inputs, random, count, share=0.35, unknown=0.02):
    """Synthetic rows: real ones with fields from other rows, some labels unknown.

    Parent and category move together, as do country and currency: impossible combinations need not be learnt.
    """
    rows = inputs[random.integers(0, len(inputs), count)].copy()
    for group in field_groups():
        moved = np.flatnonzero(random.random(count) < share)
        rows[np.ix_(moved, group)] = inputs[np.ix_(random.integers(0, len(inputs), len(moved)), group)]
    # Random goals from the whole range, so that the tails are trained as well.
    moved = np.flatnonzero(random.random(count) < 0.1)
    rows[moved, 0] = random.uniform(inputs[:, 0].min(), inputs[:, 0].max(), len(moved))
    return rows


def field_groups():
    at = len(NUMBERS)
    alone = [[NUMBER[n]] for n in ["log_goal", "duration_days", "log_preparation", "name_digit", "has_video", "launch_month", "launch_weekday"]]
    text = [[NUMBER["name_chars"], NUMBER["name_words"]], [NUMBER["blurb_chars"], NUMBER["blurb_words"]]]
    place = [[NUMBER["california"], at + 2, at + 3]]
    return alone + text + place + [[at, at + 1]]
