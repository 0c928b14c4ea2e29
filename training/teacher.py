"""The teacher: a blend of gradient-boosted trees, accurate and too large to serve.

Two kinds of trees (LightGBM and CatBoost), each fitted twice: with staff_pick, on campaigns of which it is known, and without
it, for campaigns of which it is not. None of them can rise with the goal.

What says something about the creator rather than about the plan comes to the trees only through its own feature: that the
duration is the default of 30 days or the longest possible, that the draft is younger than a week. So the effect of the
number of days itself has no cliff there.
"""

import catboost
import lightgbm
import numpy as np

from data import LABELS, NUMBER, NUMBERS, OFFSETS
from logistic import logit

LIGHTGBM_SEEDS = [11, 12, 13]
CATBOOST_SEEDS = [11, 12]
GOAL_COLUMNS = ["log_goal", "goal_per_day", "goal_in_category"]
RATED = ["parent", "category", "country"]
# Labels beyond those of the training data, so that a table by label covers every number.
SPARE = 400


class Columns:
    """The columns of the trees: the model's input, the goal relative to category and duration, and rates of labels."""

    def __init__(self, inputs, success, pick):
        self.pick = pick
        goal, labels = inputs[:, 0], labels_of(inputs)
        self.category_goal = shrunk_means(goal, labels["category"], labels["parent"])
        self.rates = {name: smoothed_logits(labels[name], success) for name in RATED}

    def names(self):
        kept = [n for n in NUMBERS if n not in OFFSETS and (self.pick or n != "staff_pick")]
        return kept + GOAL_COLUMNS[1:] + [f"rate_of_{name}" for name in RATED] + LABELS

    def falling(self):
        """-1 for each column with which the score must never rise."""
        return [-1 if name in GOAL_COLUMNS else 0 for name in self.names()]

    def of(self, inputs):
        inputs, labels = without_habits(inputs), labels_of(inputs)
        kept = [NUMBER[n] for n in NUMBERS if n in self.names()]
        goal = inputs[:, 0]
        per_day = goal - np.log(inputs[:, NUMBER["duration_days"]])
        in_category = goal - self.category_goal[labels["category"]]
        rates = [self.rates[name][labels[name]] for name in RATED]
        return np.column_stack([inputs[:, kept], per_day, in_category, *rates, inputs[:, len(NUMBERS) :]])


def without_habits(inputs):
    """Inputs in which the days do not tell what the features of habits tell."""
    inputs = inputs.copy()
    days = inputs[:, NUMBER["duration_days"]]
    days = np.where((days >= 28) & (days <= 32), 30, days)
    inputs[:, NUMBER["duration_days"]] = np.where(days >= 57, 58, days)
    preparation = NUMBER["log_preparation"]
    inputs[:, preparation] = np.maximum(inputs[:, preparation], np.log1p(7))
    return inputs


def labels_of(inputs):
    return {name: inputs[:, len(NUMBERS) + at].astype(int) for at, name in enumerate(LABELS)}


def shrunk_means(values, group, parent, weight=20):
    """The mean of each group, shrunk towards that of its parent; for an unknown group, the overall mean."""
    means = np.full(int(group.max()) + SPARE, values.mean())
    for g in np.unique(group):
        rows = group == g
        above = values[parent == np.bincount(parent[rows]).argmax()].mean()
        means[g] = (values[rows].sum() + weight * above) / (rows.sum() + weight)
    return means


def smoothed_logits(group, success, weight=20):
    """The logit of each group's success rate, shrunk towards the overall rate."""
    size = int(group.max()) + SPARE
    counts, successes = np.bincount(group, minlength=size), np.bincount(group, weights=success, minlength=size)
    return logit((successes + weight * success.mean()) / (counts + weight))


class Trees:
    """Trees with or without staff_pick; both kinds weigh the same."""

    def __init__(self, inputs, success, pick, threads):
        self.columns = Columns(inputs, success, pick)
        table, names, falling = self.columns.of(inputs), self.columns.names(), self.columns.falling()
        fit = lambda kind, seeds: [kind(table, success, names, falling, seed, threads) for seed in seeds]
        self.kinds = [fit(fit_lightgbm, LIGHTGBM_SEEDS), fit(fit_catboost, CATBOOST_SEEDS)]

    def logits(self, inputs):
        table = self.columns.of(inputs)
        return np.mean([np.mean([model(table) for model in kind], axis=0) for kind in self.kinds], axis=0)


def fit_lightgbm(table, success, names, falling, seed, threads, trees=900):
    settings = {
        "objective": "binary",
        "learning_rate": 0.02,
        "num_leaves": 31,
        "min_data_in_leaf": 40,
        "feature_fraction": 0.6,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 8.0,
        "cat_smooth": 20,
        "cat_l2": 20,
        "max_cat_threshold": 24,
        "monotone_constraints": falling,
        "monotone_constraints_method": "advanced",
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbose": -1,
    }
    data = lightgbm.Dataset(table, success, feature_name=names, categorical_feature=LABELS)
    booster = lightgbm.train(settings, data, trees)
    return lambda rows: booster.predict(rows, raw_score=True, num_threads=threads)


def fit_catboost(table, success, names, falling, seed, threads):
    labels = [names.index(name) for name in LABELS]
    model = catboost.CatBoostClassifier(
        iterations=1000,
        learning_rate=0.05,
        depth=6,
        l2_leaf_reg=6,
        random_strength=1,
        monotone_constraints=falling,
        cat_features=labels,
        one_hot_max_size=16,
        max_ctr_complexity=2,
        random_seed=seed,
        thread_count=threads,
        verbose=False,
        allow_writing_files=False,
    )
    model.fit(catboost_pool(table, labels, success))
    return lambda rows: model.predict(
        catboost_pool(rows, labels), prediction_type="RawFormulaVal", thread_count=threads
    )


def catboost_pool(table, labels, success=None):
    numbers = np.delete(table, labels, axis=1).astype(np.float32)
    names = table[:, labels].astype(int).astype(str).astype(object)
    features = catboost.FeaturesData(
        num_feature_data=numbers, cat_feature_data=np.char.encode(names.astype(str)).astype(object)
    )
    return catboost.Pool(features, label=success)
