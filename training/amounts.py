"""How much funded campaigns raise, and from how many backers: three quantiles of each, given that the goal is reached.

Amounts are bimodal: failed campaigns raise almost nothing, so an expected amount over all campaigns describes none of them.
Each quantile of log(raised / goal) and of log(backers) is a line in the log of the goal with kinks, plus offsets of the parent
category, the category and the currency. Fitted by pinball loss, with a penalty so that small groups stay near the average.
"""

import csv
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import minimize

# Slightly outside the 10th and 90th percentile, because held-out campaigns fall outside a little more often.
LEVELS = [0.092, 0.5, 0.908]
KINKS_USD = [300, 1_000, 3_000, 10_000, 30_000, 100_000]
GOAL_RANGE_USD = [50, 1_000_000]
MIDDLE_USD = 5_000
CURRENCIES = ["AUD", "CAD", "EUR", "GBP", "HKD", "JPY", "MXN", "USD"]
FEWEST_OF_A_CATEGORY = 20
# The strength of the penalty of each kind of weight.
PENALTIES = {"kinks": 0.9, "parent": 0.1, "slope": 3.0, "currency": 0.9, "category": 3.0}
# The pinball loss is smoothed over this width: first widely, which converges, then narrowly, which is exact.
SMOOTHING = [0.1, 0.02, 0.005]
FOLDS = 5


@dataclass
class Outcomes:
    """Funded campaigns."""

    goal: np.ndarray
    raised: np.ndarray
    backers: np.ndarray
    parent: np.ndarray
    category: np.ndarray
    currency: np.ndarray

    def __len__(self):
        return len(self.goal)

    def take(self, rows):
        return Outcomes(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def load(path):
    """The funded campaigns of a CSV file of outcomes, and the first and last year of all."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    years = [row["launched_at"][:4] for row in rows]
    funded = [row for row in rows if row["success"] == "1" and row["parent_name"] and int(row["backers"]) > 0]
    number = lambda name: np.array([float(row[name]) for row in funded])
    label = lambda name: np.array([row[name] for row in funded])
    outcomes = Outcomes(
        number("usd_goal"),
        number("usd_pledged"),
        number("backers"),
        label("parent_name"),
        np.array([f"{row['parent_name']} / {row['analytics_name']}" for row in funded]),
        label("currency"),
    )
    return outcomes, min(years), max(years)


class Design:
    """The columns of the regression."""

    def __init__(self, outcomes):
        counts = Counter(outcomes.category)
        self.parents = sorted(set(outcomes.parent))
        self.categories = sorted(name for name, count in counts.items() if count >= FEWEST_OF_A_CATEGORY)
        kinds = [("free", 2), ("kinks", len(KINKS_USD)), ("parent", len(self.parents)), ("slope", len(self.parents))]
        kinds += [("currency", len(CURRENCIES)), ("category", len(self.categories))]
        self.penalty = np.concatenate([np.full(size, PENALTIES.get(kind, 0.0)) for kind, size in kinds])
        self.ends = np.cumsum([size for _, size in kinds])

    def of(self, outcomes):
        goal = np.log(np.clip(outcomes.goal, *GOAL_RANGE_USD))
        parent = outcomes.parent[:, None] == self.parents
        parts = [
            np.ones(len(goal))[:, None],
            goal[:, None],
            np.maximum(goal[:, None] - np.log(KINKS_USD), 0),
            parent,
            parent * (goal - np.log(MIDDLE_USD))[:, None],
            outcomes.currency[:, None] == CURRENCIES,
            outcomes.category[:, None] == self.categories,
        ]
        return sparse.csr_matrix(np.column_stack(parts).astype(float))

    def named(self, weights):
        """The weights of one quantile, as the server reads them."""
        free, kinks, parent, slope, currency, category = np.split(weights.round(5), self.ends[:-1])
        by_name = lambda names, values: {name: float(value) for name, value in zip(names, values)}
        return {
            "intercept": float(free[0]),
            "log_goal": float(free[1]),
            "kinks": [float(value) for value in kinks],
            "parents": by_name(self.parents, parent),
            "parent_slopes": by_name(self.parents, slope),
            "currencies": by_name(CURRENCIES, currency),
            "categories": by_name(self.categories, category),
        }


def fit(table, penalty, values, level):
    weights = np.zeros(table.shape[1])
    weights[0] = np.quantile(values, level)
    for width in SMOOTHING:
        weights = descend(table, penalty, values, level, width, weights)
    return weights


def descend(table, penalty, values, level, width, start):
    def loss(weights):
        apart = values - table @ weights
        pinball = np.logaddexp(0, apart / width) * width - (1 - level) * apart
        slope = 1 / (1 + np.exp(-np.clip(apart / width, -500, 500))) - (1 - level)
        gradient = penalty * weights - table.T @ slope
        return pinball.sum() + 0.5 * (penalty * weights**2).sum(), gradient

    return minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200, "maxfun": 250}).x


def targets(outcomes):
    return {"raised": np.log(outcomes.raised / outcomes.goal), "backers": np.log(outcomes.backers)}


def quantiles(table, weights):
    """In ascending order. A funded campaign raises at least its goal, and has at least one backer."""
    return np.maximum(np.sort(np.column_stack([table @ it for it in weights]), axis=1), 0)


def model(outcomes, first_year, last_year):
    """What the manifest stores, with the coverage on campaigns left out of the fit."""
    design = Design(outcomes)
    table = design.of(outcomes)
    fitted = {
        name: [design.named(fit(table, design.penalty, values, level)) for level in LEVELS]
        for name, values in targets(outcomes).items()
    }
    inside = held_out(outcomes)
    return {
        "population": f"funded campaigns of another public Kickstarter scrape, launched from {first_year} to {last_year}",
        "campaigns": {name: int((outcomes.parent == name).sum()) for name in design.parents},
        "goal_range_usd": GOAL_RANGE_USD,
        "kinks_usd": KINKS_USD,
        "middle_goal_usd": MIDDLE_USD,
        **fitted,
        "coverage": {name: round(float(it.mean()), 3) for name, it in inside.items()},
    }, coverage_of_parents(outcomes, inside)


def held_out(outcomes):
    """For every campaign and measure, whether it is within the range of a fit that has not seen it."""
    fold = np.random.default_rng(0).integers(0, FOLDS, len(outcomes))
    values = targets(outcomes)
    inside = {name: np.zeros(len(outcomes), bool) for name in values}
    for at in range(FOLDS):
        seen, unseen = np.flatnonzero(fold != at), np.flatnonzero(fold == at)
        design = Design(outcomes.take(seen))
        table, other = design.of(outcomes.take(seen)), design.of(outcomes.take(unseen))
        for name, value in values.items():
            weights = [fit(table, design.penalty, value[seen], level) for level in LEVELS]
            low, _, high = quantiles(other, weights).T
            inside[name][unseen] = (value[unseen] >= low - 1e-9) & (value[unseen] <= high + 1e-9)
    return inside


def coverage_of_parents(outcomes, inside):
    """Rows of parent, number of campaigns, and the share of them within the ranges."""
    rows = []
    for parent, count in Counter(outcomes.parent).most_common():
        mine = outcomes.parent == parent
        rows.append([parent, count, *(float(it[mine].mean()) for it in inside.values())])
    return rows
