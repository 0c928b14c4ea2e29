"""The campaigns as training sees them: features from the server program, with outcome and launch month."""

import csv
import os
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import words

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


LABELS = ["parent", "category", "country", "currency"]
# The features that depend on the model: the sums of its weights of words, and of its offsets of optional inputs, which the data
# does not have.
WORDING = ["name_wording", "blurb_wording"]
OFFSETS = ["creator_offset", "rewards_offset"]
COMPUTED = features_of_rows([])[0]
if COMPUTED[-len(LABELS) :] != LABELS:
    raise SystemExit(f"the server computes labels that training does not know: {COMPUTED}")
NUMBERS = COMPUTED[: -len(LABELS)] + WORDING + OFFSETS
FEATURES = NUMBERS + LABELS
NUMBER = {name: index for index, name in enumerate(NUMBERS)}
YES, NO, UNKNOWN = 1, -1, 0

# A label that occurs less often is treated like one that never occurs.
FEWEST_OF_A_LABEL = 10


@dataclass
class Campaigns:
    """Rows of numbers and labels, with the words of the texts, the outcome and the month of launch."""

    numbers: np.ndarray
    labels: np.ndarray
    texts: dict
    success: np.ndarray
    month: np.ndarray

    def __len__(self):
        return len(self.success)

    def take(self, rows):
        texts = {field: words[rows] for field, words in self.texts.items()}
        return Campaigns(self.numbers[rows], self.labels[rows], texts, self.success[rows], self.month[rows])

    def with_staff_pick(self, value):
        return replace(self, numbers=with_column(self.numbers, "staff_pick", value))

    def with_wording(self, weights):
        """The campaigns with the sums of these weights of words."""
        numbers = self.numbers.copy()
        numbers[:, [NUMBER[name] for name in WORDING]] = words.totals(self.texts, weights)
        return replace(self, numbers=numbers)

    def column(self, name):
        if name in NUMBER:
            return self.numbers[:, NUMBER[name]]
        return self.labels[:, LABELS.index(name)]


def with_column(numbers, name, value):
    changed = numbers.copy()
    changed[:, NUMBER[name]] = value
    return changed


def load(path):
    """Reads a CSV file of campaigns in the wire format with a column `success`."""
    with open(path, newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    _, kept, rows = features_of(path)
    table = [table[row] for row in kept]
    return campaigns_of(rows, table, [int(row["success"]) for row in table], [row["launched_at"][:7] for row in table])


def campaigns_of(rows, table, success, month):
    """From rows of features, and the same campaigns in the wire format. Wording stays 0 until `with_wording`."""
    split = len(COMPUTED) - len(LABELS)
    numbers = np.zeros((len(rows), len(NUMBERS)), np.float32)
    if len(rows):
        numbers[:, :split] = np.array([row[:split] for row in rows], dtype=np.float32)
    return Campaigns(
        numbers=numbers,
        labels=np.array([row[split:] for row in rows], dtype=object),
        texts={field: sets_of([row[field] for row in table]) for field in words.FIELDS},
        success=np.array(success, dtype=np.int8),
        month=np.array(month),
    )


def sets_of(texts):
    found = np.empty(len(texts), dtype=object)
    found[:] = [words.words_of(text) for text in texts]
    return found


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
