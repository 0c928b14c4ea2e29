"""The student: the network that is shipped, trained on the teacher's scores.

All inputs except the goal go through two hidden layers to a base score a(x) and K decreases b_k(x) >= 0. On the logit the score
is a(x) - sum of (b_k(x) + FLOOR) * ramp_k(log goal), where the ramps never fall. So the score falls with every increase of the
goal, whatever the weights are. Numbers enter as ramps, which also limits them; labels, month and weekday as rows of tables.

Near 0 and 1 the logistic curve is flat. There a small share of the probability, which depends on the goal alone, keeps the score
falling: two goals a factor of 1.25 apart always differ by more than 0.0001.

Training penalizes a change of more than STEP_MAX from one day of funding or preparation to the next: a planner does not
believe such a step, and trees make many. Features of habits keep their value meanwhile.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import optax

from data import FEATURES, LABELS, NUMBER, NUMBERS

QUANTILES = {"name_chars": 8, "name_words": 6, "blurb_chars": 8, "blurb_words": 6, "name_wording": 6, "blurb_wording": 6}
# Few and wide, so that the score is smooth between them.
KNOTS = {
    "duration_days": [1, 7, 14, 21, 30, 40, 50, 60],
    "log_preparation": np.log1p([0, 10, 20, 35, 60, 120, 240, 480, 900]),
    "fresh_draft": [0, 2, 4, 5, 6, 7],
    "staff_pick": [-1, 0, 1],
    "name_digit": [0, 1],
    "has_video": [0, 1],
    "california": [0, 1],
    "default_duration": [0, 1],
    "longest_duration": [0, 1],
}
GOAL_RAMPS = 16
TABLED = {"launch_month": 12, "launch_weekday": 7}
HIDDEN = (192, 96)
# On the logit, for a goal e times as high.
FLOOR = 0.2
# The share of the probability that falls in proportion to the logarithm of the goal, from 1 to 0 between these goals.
GOAL_SHARE, GOAL_RANGE_USD = 0.005, (100, 1_000_000)
# Keeps the logarithm of a probability finite: in 32 bits one can be 0.
TINY = 1e-7
STEP_MAX = 0.015
STEP_ROWS = 256


@dataclass
class Ramps:
    """Piecewise-linear steps: each is 0 below its start, 1 above its end, and linear between them."""

    column: np.ndarray
    start: np.ndarray
    slope: np.ndarray

    def of(self, inputs):
        return jnp.clip((inputs[:, self.column] - self.start) * self.slope, 0, 1)


def fit_ramps(inputs):
    """The ramps of all numbers except the goal, and those of the goal."""
    knots = {name: np.asarray(values, float) for name, values in KNOTS.items()}
    for name, count in QUANTILES.items():
        knots[name] = np.unique(np.quantile(inputs[:, NUMBER[name]], np.linspace(0.001, 0.999, count + 1)).round(4))
    low, high = np.quantile(inputs[:, 0], [0.003, 0.997])
    return ramps_between(knots), ramps_between({"log_goal": np.linspace(low, high, GOAL_RAMPS + 1)})


def ramps_between(knots):
    column = np.concatenate([np.full(len(values) - 1, NUMBER[name]) for name, values in knots.items()])
    start = np.concatenate([values[:-1] for values in knots.values()])
    slope = np.concatenate([1 / np.diff(values) for values in knots.values()])
    return Ramps(column, start.astype(np.float32), slope.astype(np.float32))


def share_of_goal():
    """One ramp over the whole range of goals."""
    return ramps_between({"log_goal": np.log(GOAL_RANGE_USD)})


class Student:
    def __init__(self, inputs, encodings, seed):
        self.others, self.goal = fit_ramps(inputs)
        self.floor = np.float32(FLOOR) / self.goal.slope
        self.tables = {name: len(encodings[name]) + 1 for name in LABELS} | TABLED
        self.random = np.random.default_rng(seed)
        width = len(self.others.start) + sum(self.tables.values())
        sizes = [width, *HIDDEN, 1 + GOAL_RAMPS]
        shapes = list(zip(sizes, sizes[1:]))
        weights = [self.random.normal(0, np.sqrt(2 / min(a, 60)), (a, b)).astype(np.float32) for a, b in shapes]
        weights[-1] *= 0.3
        biases = [np.zeros(b, np.float32) for b in sizes[1:]]
        biases[-1][:] = 0.3
        self.parameters = jax.tree.map(jnp.asarray, (weights, biases))
        self.compiled = jax.jit(lambda parameters, inputs: self.both(parameters, inputs)[0])

    def wide(self, inputs):
        """The ramps, then one column for each row of each table."""
        parts = [self.others.of(inputs)]
        for name, size in self.tables.items():
            parts.append(jax.nn.one_hot(table_rows(inputs, name), size, dtype=jnp.float32))
        return jnp.concatenate(parts, axis=1)

    def logits(self, parameters, inputs):
        weights, biases = parameters
        hidden = self.wide(inputs)
        for weight, bias in zip(weights[:-1], biases[:-1]):
            hidden = jax.nn.relu(hidden @ weight + bias)
        raw = hidden @ weights[-1] + biases[-1]
        falls = (jax.nn.relu(raw[:, 1:]) + self.floor) * self.goal.of(inputs)
        return raw[:, 0] - falls.sum(axis=1)

    def both(self, parameters, inputs):
        """The probabilities of success and of failure, each computed by itself so that small ones stay exact."""
        logits, of_goal = self.logits(parameters, inputs), GOAL_SHARE * share_of_goal().of(inputs)[:, 0]
        success = (1 - GOAL_SHARE) * jax.nn.sigmoid(logits) + GOAL_SHARE - of_goal
        return success, (1 - GOAL_SHARE) * jax.nn.sigmoid(-logits) + of_goal

    def score(self, inputs, chunk=20000):
        parts = [inputs[at : at + chunk].astype(np.float32) for at in range(0, len(inputs), chunk)]
        return np.concatenate([np.asarray(self.compiled(self.parameters, part)) for part in parts]).astype(float)

    def loss(self, parameters, inputs, target, days, preparation):
        """The cross-entropy against the teacher's probability, and the penalty for steps from one day to the next."""
        success, failure = self.both(parameters, inputs)
        entropy = -(target * jnp.log(success + TINY) + (1 - target) * jnp.log(failure + TINY)).mean()
        rows = inputs[:STEP_ROWS]
        set_days = lambda count: rows.at[:, NUMBER["duration_days"]].set(count)
        set_preparation = lambda count: rows.at[:, NUMBER["log_preparation"]].set(jnp.log1p(count))
        moved = [set_days(days), set_preparation(preparation), set_days(days + 1), set_preparation(preparation + 1)]
        before, after = jnp.split(self.both(parameters, jnp.concatenate(moved))[0], 2)
        excess = jax.nn.relu(jnp.abs(after - before) - STEP_MAX)
        return entropy + 20 * excess.mean() + 200 * (excess**2).mean()

    def fit(self, draw, epochs, rate=2e-3, batch=1024, decay=1e-5):
        """Adam with a decreasing rate; `draw(random)` returns new rows and scores for each epoch."""
        inputs, target = draw(self.random)
        optimizer = optax.adamw(optax.cosine_decay_schedule(rate, epochs * (len(inputs) // batch)), weight_decay=decay)
        state = optimizer.init(self.parameters)

        @jax.jit
        def step(parameters, state, *arguments):
            gradients = jax.grad(self.loss)(parameters, *arguments)
            updates, state = optimizer.update(gradients, state, parameters)
            return optax.apply_updates(parameters, updates), state

        for _ in range(epochs):
            order = self.random.permutation(len(inputs))
            for at in range(0, len(order) - batch + 1, batch):
                rows = order[at : at + batch]
                self.parameters, state = step(self.parameters, state, inputs[rows], target[rows], *self.draw_days())
            inputs, target = draw(self.random)

    def draw_days(self):
        """Days of funding, and of preparation: mostly few, because there a day matters most."""
        days = self.random.integers(1, 60, STEP_ROWS)
        few = self.random.integers(0, 30, STEP_ROWS)
        many = np.floor(np.exp(self.random.uniform(0, 6.5, STEP_ROWS)))
        preparation = np.where(self.random.random(STEP_ROWS) < 0.6, few, many)
        return days.astype(np.float32), preparation.astype(np.float32)


def table_rows(inputs, name):
    column = len(NUMBERS) + LABELS.index(name) if name in LABELS else NUMBER[name]
    return inputs[:, column].astype(jnp.int32) - (1 if name == "launch_month" else 0)


def mixed_rows(inputs, random, count, share=0.35):
    """Synthetic rows: real ones with fields from other rows.

    Parent and category move together, as do country and currency: impossible combinations need not be learnt. Some have
    numbers from the whole range without the habits that go with them, because "what if" asks for those.
    """
    rows = inputs[random.integers(0, len(inputs), count)].copy()
    for group in field_groups():
        moved = np.flatnonzero(random.random(count) < share)
        rows[np.ix_(moved, group)] = inputs[np.ix_(random.integers(0, len(inputs), len(moved)), group)]
    whole_range = {
        "log_goal": lambda n: random.uniform(inputs[:, 0].min(), inputs[:, 0].max(), n),
        "duration_days": lambda n: random.integers(1, 61, n),
        "log_preparation": lambda n: np.log1p(np.floor(np.exp(random.uniform(0, 6.5, n))) - 1),
    }
    for name, values in whole_range.items():
        moved = np.flatnonzero(random.random(count) < 0.1)
        rows[moved, NUMBER[name]] = values(len(moved))
    return rows


def field_groups():
    together = [
        ["log_goal"],
        ["duration_days", "default_duration", "longest_duration"],
        ["log_preparation", "fresh_draft"],
        ["name_digit"],
        ["has_video"],
        ["launch_month"],
        ["launch_weekday"],
        ["name_chars", "name_words"],
        ["blurb_chars", "blurb_words"],
        ["name_wording"],
        ["blurb_wording"],
        ["california", "country", "currency"],
        ["parent", "category"],
    ]
    return [[FEATURES.index(name) for name in group] for group in together]
