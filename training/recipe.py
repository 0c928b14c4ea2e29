"""The recipe: teacher and student. The same steps for the evaluation and for the shipped model."""

from dataclasses import dataclass

import numpy as np

import data
import student
import teacher
from teacher import sigmoid

# If staff pick is false, it may be unknown (a planner) or known (a finished campaign). The score lies between that of a
# teacher without staff picks and that of one that saw this pick refused; `rolling.py` shows the error of each choice.
SHARE_WITHOUT_PICK = 0.6
# On the logit, added for a creator with earlier projects and subtracted for a first project.
REPEAT_CREATOR_OFFSET = 0.4
MADE_UP_ROWS = 400_000
EPOCHS = 40
PICK_SHARE = 0.25


@dataclass
class Teacher:
    """Both blends of trees: with and without staff picks."""

    given: teacher.Trees
    without: teacher.Trees

    def logits(self, inputs):
        """Logits for staff pick false and true. Trees fitted with log loss need no calibration: see `rolling.py`."""
        column = data.NUMBER["staff_pick"]
        off, on = inputs.copy(), inputs.copy()
        off[:, column], on[:, column] = 0, 1
        share = SHARE_WITHOUT_PICK
        unpicked = (1 - share) * self.given.logits(off) + share * self.without.logits(inputs)
        return unpicked, self.given.logits(on)


def teach(campaigns, encodings, threads):
    inputs = data.encode(campaigns, encodings)
    weight = np.ones(len(campaigns))
    return Teacher(*(teacher.Trees(inputs, campaigns.success, weight, pick, threads) for pick in (True, False)))


def distil(taught, campaigns, encodings, seed, report=None):
    """A student trained on the teacher's scores of real and synthetic rows."""
    inputs = data.encode(campaigns, encodings)
    random = np.random.default_rng(seed)
    rows = np.concatenate([inputs, student.mixed_rows(inputs, random, MADE_UP_ROWS)])
    off, on = (sigmoid(logit).astype(np.float32) for logit in taught.logits(rows))
    pick_column = data.NUMBER["staff_pick"]
    parent = len(data.NUMBERS)

    def draw(random):
        seen = rows.copy()
        pick = random.random(len(rows)) < PICK_SHARE
        seen[:, pick_column] = pick
        # An unknown label is number 0: it is trained on the average of the scores of the others.
        for columns, share in [([parent + 1], 0.02), ([parent, parent + 1], 0.01), ([parent + 2], 0.02), ([parent + 3], 0.02)]:
            hidden = np.flatnonzero(random.random(len(rows)) < share)
            seen[np.ix_(hidden, columns)] = 0
        return seen, np.where(pick, on, off)

    pupil = student.Student(inputs, encodings, seed)
    pupil.fit(draw, EPOCHS, report=report)
    return pupil


def months_before(month, count):
    year, number = map(int, month.split("-"))
    total = year * 12 + number - 1 - count
    return f"{total // 12}-{total % 12 + 1:02d}"
