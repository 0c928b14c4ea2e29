"""The campaigns as training sees them: features by the server binary, outcome and launch month beside."""

import csv
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

NUMBERS = [
    "log_goal",
    "duration_days",
    "log_preparation",
    "name_chars",
    "name_words",
    "blurb_chars",
    "blurb_words",
    "name_digit",
    "has_video",
    "staff_pick",
    "california",
    "repeat_creator",
    "launch_month",
    "launch_weekday",
]
LABELS = ["parent", "category", "country", "currency"]
FEATURES = NUMBERS + LABELS
NUMBER = {name: index for index, name in enumerate(NUMBERS)}

# A label seen less often than this is not told from the ones never seen.
FEWEST_OF_A_LABEL = 10


@dataclass
class Campaigns:
    """Rows of numbers [n, 14] and labels [n, 4] with their outcome and the month of their launch."""

    numbers: np.ndarray
    labels: np.ndarray
    success: np.ndarray
    month: np.ndarray

    def __len__(self):
        return len(self.success)

    def take(self, rows):
        return Campaigns(self.numbers[rows], self.labels[rows], self.success[rows], self.month[rows])

    def with_staff_pick(self, value):
        numbers = self.numbers.copy()
        numbers[:, NUMBER["staff_pick"]] = value
        return Campaigns(numbers, self.labels, self.success, self.month)

    def column(self, name):
        if name in NUMBER:
            return self.numbers[:, NUMBER[name]]
        return self.labels[:, LABELS.index(name)]


def load(path):
    """Reads the campaigns of a CSV file in the wire format that also has `success`."""
    with open(path, newline="", encoding="utf-8") as file:
        outcome = [(row["success"], row["launched_at"]) for row in csv.DictReader(file)]
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "features.csv"
        command = [binary(), "features", "--input", str(path), "--output", str(output)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        with open(output, newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            header = next(reader)
            rows = list(reader)
    if header != ["row", *FEATURES]:
        raise SystemExit(f"the server computes other features than training knows: {header}")
    kept = [int(row[0]) - 1 for row in rows]
    split = 1 + len(NUMBERS)
    return Campaigns(
        numbers=np.array([row[1:split] for row in rows], dtype=np.float32),
        labels=np.array([row[split:] for row in rows], dtype=object),
        success=np.array([int(outcome[row][0]) for row in kept], dtype=np.int8),
        month=np.array([outcome[row][1][:7] for row in kept]),
    )


def binary():
    """The server binary, whose features are the only ones there are."""
    path = os.environ.get("PLEDGECAST_BIN")
    if not path:
        raise SystemExit("set PLEDGECAST_BIN to the server binary, or run `cargo xtask train`")
    return path


def encodings_of(campaigns):
    """For each label feature the labels that a model tells apart; the first one is number 1."""
    encodings = {}
    for index, name in enumerate(LABELS):
        values, counts = np.unique(campaigns.labels[:, index].astype(str), return_counts=True)
        encodings[name] = [str(v) for v, c in zip(values, counts) if c >= FEWEST_OF_A_LABEL]
    return encodings


def parents_of(encodings):
    """For the number of each category that of its parent; a parent too rare to be told apart is 0, as ever."""
    ids = {label: number + 1 for number, label in enumerate(encodings["parent"])}
    return [0, *(ids.get(label.split(" / ", 1)[0], 0) for label in encodings["category"])]


def encode(campaigns, encodings):
    """The model's input: numbers, then the number of each label, 0 for any other."""
    columns = [campaigns.numbers]
    for index, name in enumerate(LABELS):
        ids = {label: number + 1 for number, label in enumerate(encodings[name])}
        column = [ids.get(label, 0) for label in campaigns.labels[:, index]]
        columns.append(np.array(column, dtype=np.float32)[:, None])
    return np.concatenate(columns, axis=1)
