"""The campaigns as training sees them: features from the server program, with outcome and launch month."""

import csv
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

WIRE = (
    "country currency prelaunch_activated staff_pick static_usd_rate fx_rate created_at launched_at deadline name blurb "
    "usd_goal name_city region type ppohasaction analytics_name position parent_name is_not_first_project has_video"
).split()


def binary():
    """The server program, which contains the only definition of the features."""
    path = os.environ.get("PLEDGECAST_BIN")
    if not path:
        raise SystemExit("set PLEDGECAST_BIN to the server binary, or run `cargo xtask train`")
    return path


def features_of(path):
    """The names of the features, and for each valid campaign its index in the file and its values."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "features.csv"
        command = [binary(), "features", "--input", str(path), "--output", str(output)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(output, newline="", encoding="utf-8") as file:
            (_, *names), *rows = csv.reader(file)
    return names, [int(row[0]) - 1 for row in rows], [row[1:] for row in rows]


def features_of_rows(campaigns):
    """`features_of` for campaigns in the wire format."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "campaigns.csv"
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, WIRE)
            writer.writeheader()
            writer.writerows(campaigns)
        return features_of(path)


FEATURES = features_of_rows([])[0]
LABELS = ["parent", "category", "country", "currency"]
NUMBERS = FEATURES[: -len(LABELS)]
if FEATURES != NUMBERS + LABELS:
    raise SystemExit(f"the server computes labels that training does not know: {FEATURES}")
NUMBER = {name: index for index, name in enumerate(NUMBERS)}

# A label that occurs less often is treated like one that never occurs.
FEWEST_OF_A_LABEL = 10


@dataclass
class Campaigns:
    """Rows of numbers and labels, with the outcome and the month of launch."""

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
    """Reads a CSV file of campaigns in the wire format with a column `success`."""
    with open(path, newline="", encoding="utf-8") as file:
        outcome = [(row["success"], row["launched_at"]) for row in csv.DictReader(file)]
    _, kept, rows = features_of(path)
    return campaigns_of(rows, [int(outcome[row][0]) for row in kept], [outcome[row][1][:7] for row in kept])


def campaigns_of(rows, success, month):
    split = len(NUMBERS)
    return Campaigns(
        numbers=np.array([row[:split] for row in rows], dtype=np.float32),
        labels=np.array([row[split:] for row in rows], dtype=object),
        success=np.array(success, dtype=np.int8),
        month=np.array(month),
    )


def encodings_of(campaigns):
    """The known labels of each label feature; the first one is number 1."""
    encodings = {}
    for index, name in enumerate(LABELS):
        values, counts = np.unique(campaigns.labels[:, index].astype(str), return_counts=True)
        encodings[name] = [str(v) for v, c in zip(values, counts) if c >= FEWEST_OF_A_LABEL]
    return encodings


def parents_of(encodings):
    """For the number of each category, the number of its parent; 0 for a parent that is too rare."""
    ids = {label: number + 1 for number, label in enumerate(encodings["parent"])}
    return [0, *(ids.get(label.split(" / ", 1)[0], 0) for label in encodings["category"])]


def encode(campaigns, encodings):
    """The model's input: numbers, then the number of each label, 0 for an unknown label."""
    columns = [campaigns.numbers]
    for index, name in enumerate(LABELS):
        ids = {label: number + 1 for number, label in enumerate(encodings[name])}
        column = [ids.get(label, 0) for label in campaigns.labels[:, index]]
        columns.append(np.array(column, dtype=np.float32)[:, None])
    return np.concatenate(columns, axis=1)
