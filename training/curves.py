"""docs/model-curves.svg: the score of six typical campaigns over every field that a planner can change."""

import numpy as np

import data
from data import NUMBER, WIRE

# Parent, category, goal in dollars, colour.
TYPICAL = {
    "Tabletop game": ("Games", "Tabletop Games", 8_000, "#2563eb"),
    "Documentary": ("Film & Video", "Documentary", 15_000, "#c2410c"),
    "Hardware": ("Technology", "Hardware", 30_000, "#15803d"),
    "Comic": ("Comics", "Comic Books", 3_000, "#7c3aed"),
    "Album": ("Music", "Rock", 6_000, "#b91c1c"),
    "Clothing": ("Fashion", "Apparel", 5_000, "#0f766e"),
}
MONTHS = "J F M A M J J A S O N D".split()
WEEKDAYS = "Mo Tu We Th Fr Sa Su".split()
PANEL, GAP, LEFT, TOP = (200, 150), 60, 50, 70


def campaigns(manifest):
    """The model's input for each of them: a launch on a Tuesday in March after 60 days, for 33 days, with a video."""
    rows = [
        {name: "" for name in WIRE}
        | {
            "country": "US",
            "currency": "USD",
            "created_at": "2025-01-17",
            "launched_at": "2025-03-18",
            "deadline": "2025-04-20",
            "name": "A typical campaign of its kind",
            "blurb": "One sentence that says what it is and who it is for, about as long as most of them are.",
            "usd_goal": str(goal),
            "analytics_name": category,
            "parent_name": parent,
            "has_video": "true",
        }
        for parent, category, goal, _ in TYPICAL.values()
    ]
    _, kept, features = data.features_of_rows(rows)
    if len(kept) != len(rows):
        raise SystemExit("a typical campaign breaks the rules")
    found = data.campaigns_of(features, rows, np.zeros(len(rows)), [""] * len(rows))
    return data.encode(found.with_wording(manifest["wording"]), manifest["encodings"])


def panels():
    """Title, column, its values as the model has them, where they are drawn, and the labels of the axis."""
    goals = np.geomspace(500, 200_000, 60)
    days = np.arange(1, 61)
    preparation = np.arange(0, 366)
    return [
        ("Goal in dollars", "log_goal", np.log(goals), np.log(goals), {np.log(g): f"{g:,}" for g in (500, 5_000, 50_000)}),
        ("Days of funding", "duration_days", days, days, {d: str(d) for d in (1, 15, 30, 45, 60)}),
        ("Days of preparation", "log_preparation", np.log1p(preparation), preparation, {d: str(d) for d in (0, 90, 180, 365)}),
        ("Month of launch", "launch_month", np.arange(1, 13), np.arange(12), dict(enumerate(MONTHS))),
        ("Weekday of launch", "launch_weekday", np.arange(7), np.arange(7), dict(enumerate(WEEKDAYS))),
        ("Video", "has_video", np.arange(2), np.arange(2), {0: "no", 1: "yes"}),
        ("Staff pick", "staff_pick", np.arange(-1, 2), np.arange(-1, 2), {-1: "no", 0: "unknown", 1: "yes"}),
    ]


def picture(pupil, manifest):
    inputs = campaigns(manifest)
    width = LEFT + 4 * (PANEL[0] + GAP)
    height = TOP + 2 * (PANEL[1] + GAP) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="system-ui, sans-serif" font-size="11" role="img">',
        "<title>The score of six typical campaigns over goal, days of funding, days of preparation, month, weekday, video and staff pick</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for at, (name, (_, _, goal, colour)) in enumerate(TYPICAL.items()):
        parts.append(f'<circle cx="{LEFT + 150 * at}" cy="24" r="4" fill="{colour}"/>')
        parts.append(f'<text x="{LEFT + 10 + 150 * at}" y="28">{name}, ${goal:,}</text>')
    for at, panel in enumerate(panels()):
        left = LEFT + (at % 4) * (PANEL[0] + GAP)
        top = TOP + (at // 4) * (PANEL[1] + GAP)
        parts += drawn(pupil, inputs, panel, left, top)
    return "\n".join([*parts, "</svg>", ""])


def drawn(pupil, inputs, panel, left, top):
    title, column, values, places, labels = panel
    x = lambda place: left + PANEL[0] * (place - places[0]) / (places[-1] - places[0])
    y = lambda score: top + PANEL[1] * (1 - score)
    yield f'<text x="{left}" y="{top - 8}" font-weight="bold">{title}</text>'
    for tick in (0, 0.5, 1):
        yield f'<line x1="{left}" x2="{left + PANEL[0]}" y1="{y(tick)}" y2="{y(tick)}" stroke="#e5e7eb"/>'
        yield f'<text x="{left - 4}" y="{y(tick) + 4}" text-anchor="end">{tick:.0%}</text>'
    for place, label in labels.items():
        yield f'<text x="{x(place):.1f}" y="{top + PANEL[1] + 14}" text-anchor="middle">{label}</text>'
    for row, (_, _, _, colour) in zip(inputs, TYPICAL.values()):
        changed = data.with_column(np.repeat(row[None], len(values), axis=0), column, values)
        scores = pupil.score(changed)
        points = " ".join(f"{x(place):.1f},{y(score):.1f}" for place, score in zip(places, scores))
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
