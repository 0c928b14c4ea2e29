"""Which fields of a campaign change the score, and how much: each is permuted among campaigns while the rest stays."""

import numpy as np

import data
import scores
from data import LABELS, NUMBER, NUMBERS

# The features that depend on each field; `src/inference/features.rs` is the definition.
FIELDS = {
    "usd_goal": ["log_goal"],
    "analytics_name, parent_name": ["parent", "category"],
    "deadline (days after launched_at)": ["duration_days", "default_duration", "longest_duration"],
    "launched_at (month and weekday)": ["launch_month", "launch_weekday"],
    "created_at (days before launched_at)": ["log_preparation", "fresh_draft"],
    "name (length, words, a digit)": ["name_chars", "name_words", "name_digit", "name_wording"],
    "blurb (length, words)": ["blurb_chars", "blurb_words", "blurb_wording"],
    "has_video": ["has_video"],
    "staff_pick": ["staff_pick"],
    "country": ["country"],
    "currency": ["currency"],
    "region (California or not)": ["california"],
}
ROUNDS = 5


def measure(pupil, campaigns, encodings, seed):
    """For each field the mean change of the score, and the loss of AUC, when campaigns exchange it."""
    random = np.random.default_rng(seed)
    inputs = data.encode(campaigns, encodings)
    own = pupil.score(inputs)
    rows = []
    for field, features in FIELDS.items():
        columns = [column_of(feature) for feature in features]
        moved, lost = [], []
        for _ in range(ROUNDS):
            changed = inputs.copy()
            changed[:, columns] = inputs[np.ix_(random.permutation(len(inputs)), columns)]
            other = pupil.score(changed)
            moved.append(np.abs(other - own).mean())
            lost.append(scores.auc(campaigns.success, own) - scores.auc(campaigns.success, other))
        rows.append((field, float(np.mean(moved)), float(np.mean(lost))))
    return sorted(rows, key=lambda row: -row[1])


def column_of(feature):
    return NUMBER[feature] if feature in NUMBER else len(NUMBERS) + LABELS.index(feature)
