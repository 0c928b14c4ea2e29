"""Writes docs/model-card.md and its picture from the measurements."""

from pathlib import Path

import numpy as np

import curves
import data
import scores
import student

MODES = {"staff_pick_as_given": "staff pick as given", "staff_pick_unknown": "staff pick unknown"}
COLOURS = {"staff_pick_as_given": "#2563eb", "staff_pick_unknown": "#c2410c"}
LARGE_PARENT = 100


def write(folder, manifest, judged, pupil):
    folder.mkdir(parents=True, exist_ok=True)
    text = (Path(__file__).parent / "card.template.md").read_text(encoding="utf-8")
    test = judged["test"]
    values = {
        "name": manifest["name"],
        "version": manifest["version"],
        "campaigns": f"{manifest['data']['campaigns']:,}",
        "first_month": manifest["data"]["first_month"],
        "last_month": manifest["data"]["last_month"],
        "success_rate": percent(manifest["data"]["success_rate"]),
        "split": manifest["metrics"]["split"],
        "test_n": f"{len(test):,}",
        "test_rate": percent(test.success.mean()),
        "scores": scores_table(judged),
        "picks": picks_table(judged),
        "moves": moves_table(judged),
        "months": months_table(judged),
        "word_count": sum(len(weights) for weights in manifest["wording"].values()),
        "hidden": " and ".join(map(str, student.HIDDEN)),
        "floor": student.FLOOR,
        "goal_share": f"{100 * student.GOAL_SHARE:.1f} %",
        "parents": parents_table(judged),
        "offsets": offsets_table(manifest),
        "offset_campaigns": f"{judged['offset_campaigns']:,}",
        "amount_campaigns": f"{sum(manifest['amounts']['campaigns'].values()):,}",
        "amount_population": manifest["amounts"]["population"],
        "amount_coverage": percent(manifest["amounts"]["coverage"]["raised"]),
        "backer_coverage": percent(manifest["amounts"]["coverage"]["backers"]),
        "amounts": amounts_table(judged),
        "gains": gains_table(manifest),
        "interval_method": manifest["intervals"]["method"],
        "coverage": percent(manifest["intervals"]["coverage"]),
        "interval_half": interval_at(manifest, 0.5),
        "interval_high": interval_at(manifest, 0.9),
    }
    for name, value in values.items():
        text = text.replace("{{" + name + "}}", str(value))
    if "{{" in text:
        raise SystemExit(f"the card's template has an unknown placeholder: {text[text.index('{{') :][:40]}")
    (folder / "model-card.md").write_text(text, encoding="utf-8")
    (folder / "model-calibration.svg").write_text(calibration_picture(judged), encoding="utf-8")
    (folder / "model-curves.svg").write_text(curves.picture(pupil, manifest), encoding="utf-8")


def percent(value):
    return f"{100 * value:.1f} %"


def interval_at(manifest, probability):
    point = next(it for it in manifest["intervals"]["points"] if it["probability"] == probability)
    return f"{percent(point['low'])} to {percent(point['high'])}"


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def with_spread(measure, success, probability):
    low, high = scores.spread(measure, success, probability)
    return f"{measure(success, probability):.3f} ({low:.3f} to {high:.3f})"


def scores_table(judged):
    success = judged["test"].success
    measures = {
        "AUC": scores.auc,
        "accuracy": lambda y, p: scores.score(y, p)["accuracy"],
        "log loss": lambda y, p: scores.score(y, p)["log_loss"],
        "Brier score": lambda y, p: scores.score(y, p)["brier"],
        "calibration error (ECE, 15 bins)": scores.ece,
    }
    rows = [
        [name, *(with_spread(measure, success, judged["probability"][mode]) for mode in MODES)]
        for name, measure in measures.items()
    ]
    chance = [f"{scores.ece_by_chance(judged['probability'][mode]):.3f}" for mode in MODES]
    rows.append(["ECE of a perfect score, from chance alone", *chance])
    for name, measure in (("AUC of plain LightGBM", scores.auc), ("ECE of plain LightGBM", scores.ece)):
        rows.append([name, *(with_spread(measure, success, judged["baseline"][mode]) for mode in MODES)])
    return table(["measure", *MODES.values()], rows)


def picks_table(judged):
    """Whether the score is right for campaigns with and without the pick."""
    test, p = judged["test"], judged["probability"]["staff_pick_as_given"]
    rows = []
    for name, value in (("picked", data.YES), ("refused", data.NO)):
        chosen = test.column("staff_pick") == value
        rows.append([name, chosen.sum(), percent(p[chosen].mean()), percent(test.success[chosen].mean())])
    return table(["campaigns", "n", "mean score", "succeeded"], rows)


def months_table(judged):
    test, rows = judged["test"], []
    for month in sorted(set(test.month)):
        chosen = test.month == month
        for mode, name in MODES.items():
            p = judged["probability"][mode][chosen]
            auc = with_spread(scores.auc, test.success[chosen], p)
            rows.append([month, name, chosen.sum(), auc, percent(p.mean()), percent(test.success[chosen].mean())])
    return table(["launched", "mode", "n", "AUC", "mean score", "succeeded"], rows)


def offsets_table(manifest):
    names = {
        "first_project": ("first project", "number of projects"),
        "returning": ("not the first project", "number of projects"),
        "earlier_projects": ("earlier projects", "number of projects"),
        "earlier_successes": ("of these, successful", "published rates"),
        "reward_tiers": ("reward tiers", "rewards, half of the effect"),
        "median_reward_usd": ("median price of the tiers, $", "rewards, half of the effect"),
    }
    rows = []
    for name, (label, source) in names.items():
        found = manifest["offsets"][name]
        for it in found if isinstance(found, list) else [found]:
            value = f"{it['from']:g} or more" if "from" in it else ""
            rows.append([label, value, f"{it['logit']:+.2f}", f"{it['error']:.2f}", source])
    return table(["input", "value", "on the logit", "standard error", "source"], rows)


def amounts_table(judged):
    rows = [[parent, count, percent(raised), percent(backers)] for parent, count, raised, backers in judged["amounts"]]
    return table(["parent", "funded campaigns", "within the range, money", "within the range, backers"], rows)


def gains_table(manifest):
    rows = []
    for lever, error in manifest["gain_errors"].items():
        cells = [f"{100 * (error['floor'] + error['slope'] * gain):.1f}" for gain in (0.02, 0.05, 0.1, 0.2)]
        rows.append([lever, *cells])
    return table(["change", "gain of 2 points", "5", "10", "20"], rows)


def moves_table(judged):
    rows = [[field, f"{100 * moved:.1f}", f"{lost:.3f}"] for field, moved, lost in judged["moves"]]
    return table(["permuted field", "mean change of the score, points", "loss of AUC"], rows)


def parents_table(judged):
    test, rows = judged["test"], []
    parents, counts = np.unique(test.column("parent").astype(str), return_counts=True)
    for parent, count in sorted(zip(parents, counts), key=lambda pair: -pair[1]):
        chosen = test.column("parent") == parent
        success = test.success[chosen]
        if count < LARGE_PARENT:
            continue
        cells = [parent, count, percent(success.mean())]
        for mode in MODES:
            p = judged["probability"][mode][chosen]
            cells += [with_spread(scores.auc, success, p), f"{scores.ece(success, p):.3f} ({scores.ece_by_chance(p):.3f})"]
        rows.append(cells)
    return table(["parent", "n", "succeeded", "AUC, as given", "ECE (by chance)", "AUC, unknown", "ECE (by chance)"], rows)


def calibration_picture(judged):
    """The share of successful campaigns by score, with 95 % intervals; perfect calibration is on the diagonal."""
    success = judged["test"].success
    left, top, size = 60, 20, 360
    x = lambda value: left + size * value
    y = lambda value: top + size * (1 - value)
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 450" font-family="system-ui, sans-serif" font-size="13" role="img">',
        "<title>Calibration: score against the share of campaigns that succeeded</title>",
        '<rect width="640" height="450" fill="#ffffff"/>',
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="#9ca3af" stroke-dasharray="4 4"/>',
    ]
    for tick in np.linspace(0, 1, 6):
        parts.append(f'<line x1="{x(0)}" x2="{x(1)}" y1="{y(tick):.1f}" y2="{y(tick):.1f}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{left - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:.0%}</text>')
        parts.append(f'<text x="{x(tick):.1f}" y="{top + size + 18}" text-anchor="middle">{tick:.0%}</text>')
    for at, (mode, name) in enumerate(MODES.items()):
        p, colour, points = judged["probability"][mode], COLOURS[mode], []
        bins = scores.bins_of(p)
        for b in range(scores.BINS):
            chosen = bins == b
            if not chosen.any():
                continue
            mean, rate, n = p[chosen].mean(), success[chosen].mean(), chosen.sum()
            margin = 1.96 * np.sqrt(max(rate * (1 - rate), 0.25 / n) / n)
            low, high = max(rate - margin, 0), min(rate + margin, 1)
            parts.append(f'<line x1="{x(mean):.1f}" x2="{x(mean):.1f}" y1="{y(low):.1f}" y2="{y(high):.1f}" stroke="{colour}"/>')
            parts.append(f'<circle cx="{x(mean):.1f}" cy="{y(rate):.1f}" r="4" fill="{colour}"/>')
            points.append(f"{x(mean):.1f},{y(rate):.1f}")
        parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}"/>')
        parts.append(f'<circle cx="{left + size + 20}" cy="{40 + 22 * at}" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{left + size + 32}" y="{44 + 22 * at}">{name}</text>')
    parts.append(f'<text x="{x(0.5)}" y="{top + size + 40}" text-anchor="middle">score</text>')
    parts.append(f'<text transform="translate(16 {y(0.5)}) rotate(-90)" text-anchor="middle">succeeded</text>')
    return "\n".join([*parts, "</svg>", ""])
