"""The line to beat: LightGBM without tuning, on the features that are not the model's own."""

import lightgbm

import data
from data import LABELS, NUMBER, NUMBERS, OFFSETS, WORDING

LEFT_OUT = {"default_duration", "longest_duration", "fresh_draft", *WORDING, *OFFSETS}


class Baseline:
    """400 trees of 31 leaves. One model with staff_pick, one without."""

    def __init__(self, inputs, success, pick, threads):
        left_out = LEFT_OUT if pick else LEFT_OUT | {"staff_pick"}
        self.columns = [NUMBER[n] for n in NUMBERS if n not in left_out] + [len(NUMBERS) + at for at in range(len(LABELS))]
        self.threads = threads
        labels = list(range(len(self.columns) - len(LABELS), len(self.columns)))
        settings = {
            "objective": "binary",
            "learning_rate": 0.03,
            "num_leaves": 31,
            "seed": 1,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": threads,
            "verbose": -1,
        }
        table = lightgbm.Dataset(inputs[:, self.columns], success, categorical_feature=labels)
        self.booster = lightgbm.train(settings, table, 400)

    def score(self, inputs):
        return self.booster.predict(inputs[:, self.columns], num_threads=self.threads)


def scores_of(early, late, encodings, threads):
    """The scores of later campaigns, with their staff pick as given and without it."""
    inputs, rows = data.encode(early, encodings), data.encode(late, encodings)
    fit = lambda pick: Baseline(inputs, early.success, pick, threads).score(rows)
    return {"staff_pick_as_given": fit(True), "staff_pick_unknown": fit(False)}
