"""Test fixtures: synthetic campaigns with the scores of ONNX Runtime, and a second, tiny model.

Nothing here comes from training data: except for names of categories and countries, every value is random.
"""

import csv
import datetime

import numpy as np

import data
import graph
import misfits
from data import NUMBER, NUMBERS, WIRE

COUNT = 1000
WORDS = "amber edition enamel limited board copper drum echo forest glow harbour ink jar kite lantern moss night oak paper quill river stone tide".split()
CURRENCY = {"US": "USD", "GB": "GBP", "DE": "EUR", "FR": "EUR", "CA": "CAD", "JP": "JPY", "MX": "MXN", "HK": "HKD", "NO": "NOK", "BR": "USD"}


def write(folder, model, manifest):
    folder.mkdir(parents=True, exist_ok=True)
    campaigns = list(made_up_campaigns(manifest["encodings"]["category"]))
    inputs = encode(campaigns, manifest)
    probability = graph.run(model, inputs)
    with open(folder / "made_up_campaigns.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*WIRE, "probability"])
        for campaign, p in zip(campaigns, probability):
            writer.writerow([campaign[name] for name in WIRE] + [f"{p:.8f}"])
    tiny = tiny_manifest(manifest)
    (folder / "second_model.onnx").write_bytes(second_model(tiny))
    misfits.write(folder / "misfits", tiny)


def made_up_campaigns(categories, seed=2026):
    random = np.random.default_rng(seed)

    def text(most, longest):
        words = [*random.choice(WORDS, random.integers(1, most + 1))]
        if random.random() < 0.2:
            words.append(str(random.integers(2, 3000)))
        return " ".join(map(str, words))[:longest].strip()

    for _ in range(COUNT):
        parent, category = str(random.choice(categories)).split(" / ", 1)
        country = str(random.choice(list(CURRENCY)))
        created = datetime.date(2024, 1, 1) + datetime.timedelta(days=int(random.integers(0, 1400)))
        launched = created + datetime.timedelta(days=int(random.exponential(40)))
        deadline = launched + datetime.timedelta(days=int(random.integers(1, 61)))
        unknown = random.random() < 0.5
        yield {name: "" for name in WIRE} | {
            "country": country,
            "currency": CURRENCY[country],
            "staff_pick": str(random.choice(["true", "false", ""], p=[0.2, 0.3, 0.5])),
            "created_at": created.isoformat(),
            "launched_at": launched.isoformat(),
            "deadline": deadline.isoformat(),
            "name": text(8, 60),
            "blurb": text(22, 135),
            "usd_goal": f"{max(1.0, float(np.exp(random.normal(8, 2)))):.2f}",
            "region": "CA" if country == "US" and random.random() < 0.3 else "",
            "analytics_name": category,
            "parent_name": parent,
            "is_not_first_project": "" if unknown else str(random.random() < 0.5).lower(),
            "has_video": str(random.random() < 0.6).lower(),
        }


def encode(campaigns, manifest):
    """Encodes with the server's own features."""
    _, kept, rows = data.features_of_rows(campaigns)
    if len(kept) != len(campaigns):
        raise SystemExit("some made-up campaigns break the rules")
    found = data.campaigns_of(rows, campaigns, np.zeros(len(rows)), [""] * len(rows))
    inputs = data.encode(found.with_wording(manifest["wording"]), manifest["encodings"])
    # Of the optional inputs, these campaigns have only `is_not_first_project`.
    known = {"": None, "true": manifest["offsets"]["returning"], "false": manifest["offsets"]["first_project"]}
    offsets = [known[campaign["is_not_first_project"]] for campaign in campaigns]
    inputs[:, NUMBER["creator_offset"]] = [offset["logit"] if offset else 0.0 for offset in offsets]
    return inputs


def tiny_manifest(manifest):
    return manifest | {
        "name": "Straight Line",
        "version": "0.1.0",
        "description": "A weighted sum of goal, video and staff pick, for tests.",
        "encodings": {name: [] for name in manifest["encodings"]},
        "wording": {field: {} for field in manifest["wording"]},
        "calibration": "None.",
        "base_rates": [],
        "background": [unlabelled(row) for row in manifest["background"][:4]],
        "neighbours": {
            "categories": [{"parent": "Dance", "name": "Performances"}],
            "goal_edges_usd": [1000.0, 10000.0],
            "duration_edges_days": [30],
            "cells": [[0, 0, 1, 40, 24], [0, 1, 1, 30, 12], [0, 1, 2, 20, 5]],
            "months": [{"parent": "Dance", "month": "2024-01", "campaigns": 90, "successes": 41}],
        },
        "offsets": {
            name: [] if isinstance(value, list) else {"logit": 0.0, "error": 0.0}
            for name, value in manifest["offsets"].items()
        },
        "evidence": None,
        "gain_errors": {},
        "calendar": [],
        "amounts": None,
    }


def unlabelled(row):
    return [*row[: len(NUMBERS)], *[0.0] * (len(row) - len(NUMBERS))]


def second_model(manifest):
    """A weighted sum of goal, video and staff pick: valid, tiny, and different from the shipped model."""
    weights = np.zeros(len(NUMBERS), np.float32)
    weights[NUMBER["log_goal"]] = -0.35
    weights[NUMBER["has_video"]] = 0.3
    weights[NUMBER["staff_pick"]] = 1.5
    return graph.graph_of_line(weights, 3.4).model(manifest)
