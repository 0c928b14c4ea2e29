"""The recipe: teacher and student. The same steps for the evaluation and for the shipped model."""

from dataclasses import dataclass

import numpy as np

import data
import student
import teacher
import words
from baseline import Baseline
from data import NO, UNKNOWN, YES
from logistic import logit, sigmoid

MADE_UP_ROWS = 400_000
EPOCHS = 40
# Students that are trained. They differ only by chance, and the one closest to the teacher is kept.
CANDIDATES = 4
PICKS, PICK_SHARES = [UNKNOWN, NO, YES], [0.5, 0.3, 0.2]
FOLDS = 3


@dataclass
class Teacher:
    """Both blends of trees: for campaigns whose pick is known, and for all others."""

    given: teacher.Trees
    without: teacher.Trees

    def scores(self, inputs):
        """The probabilities for each of [`PICKS`]. Trees fitted with log loss need no calibration: see `rolling.py`."""
        known = lambda pick: self.given.logits(data.with_column(inputs, "staff_pick", pick))
        return [sigmoid(it).astype(np.float32) for it in (self.without.logits(inputs), known(NO), known(YES))]


@dataclass
class Fitted:
    """A student with what its inputs are made with."""

    pupil: student.Student
    encodings: dict
    wording: dict

    def inputs(self, campaigns):
        return data.encode(campaigns.with_wording(self.wording), self.encodings)

    def score(self, campaigns):
        return self.pupil.score(self.inputs(campaigns))


def fit(campaigns, threads, seed, report):
    """Applies the whole recipe."""
    encodings = data.encodings_of(campaigns)
    wording = learn_wording(campaigns, encodings, threads)
    inputs = data.encode(campaigns.with_wording(wording), encodings)
    taught = Teacher(*(teacher.Trees(inputs, campaigns.success, pick, threads) for pick in (True, False)))
    report("teacher fitted")
    pupil = distil(taught, inputs, encodings, seed, report)
    return Fitted(pupil, encodings, wording)


def learn_wording(campaigns, encodings, threads):
    """Weights of words, given scores of trees that have not seen the campaign."""
    inputs = data.encode(campaigns, encodings)
    fold = np.random.default_rng(1).integers(0, FOLDS, len(campaigns))
    score = np.empty(len(campaigns))
    for at in range(FOLDS):
        seen = fold != at
        score[~seen] = Baseline(inputs[seen], campaigns.success[seen], True, threads).score(inputs[~seen])
    return words.learn(campaigns.texts, campaigns.success, logit(score))


def distil(taught, inputs, encodings, seed, report):
    """The best of several students trained on the teacher's scores of real and synthetic rows.

    Which one is best follows from the teacher's scores of the real rows, not from how campaigns ended.
    """
    random = np.random.default_rng(seed)
    rows = np.concatenate([inputs, student.mixed_rows(inputs, random, MADE_UP_ROWS)])
    targets = np.stack(taught.scores(rows))
    labels = {name: data.FEATURES.index(name) for name in data.LABELS}
    # An unknown label is number 0: it is trained on the average of the scores of the others.
    hideable = [(["category"], 0.02), (["parent", "category"], 0.01), (["country"], 0.02), (["currency"], 0.02)]

    def draw(random):
        pick = random.choice(len(PICKS), len(rows), p=PICK_SHARES)
        seen = data.with_column(rows, "staff_pick", np.array(PICKS)[pick])
        for names, share in hideable:
            hidden = np.flatnonzero(random.random(len(rows)) < share)
            seen[np.ix_(hidden, [labels[name] for name in names])] = 0
        return seen, targets[pick, np.arange(len(rows))]

    def distance(pupil):
        """The mean distance from the teacher's probability on the real rows."""
        shown = [pupil.score(data.with_column(inputs, "staff_pick", pick)) for pick in PICKS]
        apart = np.abs(np.stack(shown) - targets[:, : len(inputs)]).mean(axis=1)
        return float(apart @ PICK_SHARES)

    closest, best = np.inf, None
    for candidate in range(seed, seed + CANDIDATES):
        pupil = student.Student(inputs, encodings, candidate)
        pupil.fit(draw, EPOCHS)
        apart = distance(pupil)
        report(f"student {candidate} is {apart:.4f} from the teacher")
        if apart < closest:
            closest, best = apart, pupil
    return best


def months_before(month, count):
    year, number = map(int, month.split("-"))
    total = year * 12 + number - 1 - count
    return f"{total // 12}-{total % 12 + 1:02d}"
