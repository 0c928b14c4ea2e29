"""The teacher: a blend of gradient-boosted trees, accurate and too large to serve.

Two kinds of trees (LightGBM and CatBoost), each fitted twice: with staff_pick and without it. None of them can rise with
the goal.
"""

import catboost
import lightgbm
import numpy as np

from data import LABELS, NUMBER, NUMBERS

SEEDS = [11, 12]
GOAL_COLUMNS = ["log_goal", "goal_per_day", "goal_in_category"]


def logit(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


class Columns:
    """The columns of the trees: the model's input, and the goal relative to the category and the duration."""

    def __init__(self, inputs, pick):
        self.pick = pick
        goal = inputs[:, 0]
        category = inputs[:, len(NUMBERS) + LABELS.index("category")].astype(int)
        parent = inputs[:, len(NUMBERS) + LABELS.index("parent")].astype(int)
        self.category_goal = shrunk_means(goal, category, parent)

    def names(self):
        kept = [n for n in NUMBERS if n != "repeat_creator" and (self.pick or n != "staff_pick")]
        return kept + GOAL_COLUMNS[1:] + LABELS

    def of(self, inputs):
        kept = [NUMBER[n] for n in NUMBERS if n in self.names()]
        goal = inputs[:, 0]
        per_day = goal - np.log(inputs[:, NUMBER["duration_days"]])
        category = inputs[:, len(NUMBERS) + LABELS.index("category")].astype(int)
        in_category = goal - self.category_goal[category]
        return np.column_stack([inputs[:, kept], per_day, in_category, inputs[:, len(NUMBERS) :]])


def shrunk_means(values, group, parent, weight=20):
    """The mean of each group, shrunk towards that of its parent; for an unknown group, the overall mean."""
    means = np.full(int(group.max()) + 400, values.mean())
    for g in np.unique(group):
        rows = group == g
        above = values[parent == np.bincount(parent[rows]).argmax()].mean()
        means[g] = (values[rows].sum() + weight * above) / (rows.sum() + weight)
    return means


class Trees:
    """Trees with or without staff_pick, blended over kinds of trees and seeds."""

    def __init__(self, inputs, success, weight, pick, threads):
        self.columns = Columns(inputs, pick)
        table = self.columns.of(inputs)
        names = self.columns.names()
        falling = [-1 if name in GOAL_COLUMNS else 0 for name in names]
        self.models = [fit_lightgbm(table, success, weight, names, falling, s, threads) for s in SEEDS]
        self.models += [fit_catboost(table, success, weight, names, falling, s, threads) for s in SEEDS]

    def logits(self, inputs):
        table = self.columns.of(inputs)
        return np.mean([model(table) for model in self.models], axis=0)


def fit_lightgbm(table, success, weight, names, falling, seed, threads):
    settings = {
        "objective": "binary",
        "learning_rate": 0.04,
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
    data = lightgbm.Dataset(table, success, weight=weight, feature_name=names, categorical_feature=LABELS)
    booster = lightgbm.train(settings, data, 380)
    return lambda rows: booster.predict(rows, raw_score=True, num_threads=threads)


def fit_catboost(table, success, weight, names, falling, seed, threads):
    labels = [names.index(name) for name in LABELS]
    model = catboost.CatBoostClassifier(
        iterations=700,
        learning_rate=0.06,
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
    model.fit(catboost_pool(table, labels, success, weight))
    return lambda rows: model.predict(
        catboost_pool(rows, labels), prediction_type="RawFormulaVal", thread_count=threads
    )


def catboost_pool(table, labels, success=None, weight=None):
    numbers = np.delete(table, labels, axis=1).astype(np.float32)
    names = table[:, labels].astype(int).astype(str).astype(object)
    return catboost.Pool(
        catboost.FeaturesData(num_feature_data=numbers, cat_feature_data=np.char.encode(names.astype(str)).astype(object)),
        label=success,
        weight=weight,
    )
