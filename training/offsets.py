"""What optional inputs add to the score, on the logit: the creator's earlier projects, and the rewards.

The campaigns that the model is trained on lack these fields. The offsets come from other data, are applied to the score as they
are, and carry an uncertainty that widens the interval. `unknown` is the reference: it adds nothing.

- Numbers of projects and rewards: logistic regression on undated campaigns up to about 2020, beside goal, category, country,
  duration, preparation, lengths and staff pick. Rewards were read after the campaigns, when successful creators had added some, so
  only half of their effect is used. The data has the mean price of the rewards; a few expensive rewards raise it far above
  the median price, which people can tell, so a median counts as half of the mean.
- Success of earlier projects: no data here has it. Kickstarter published success rates by the number of earlier successes (73 %
  after one, 80 % after two, 87 % after three, 91 % after five; "When Creators Return to Kickstarter", 2015). The same data
  shows that about two thirds of such a difference remain beside the other fields. For relaunched projects of creators who failed
  before, Greenberg and Gerber (2014) found 43 %, about the average of all campaigns then.
"""

import csv

import numpy as np

from intervals import WIDTH
from logistic import logit, regress

FIRST_SHARE = 0.66  # Of the campaigns of 2020, by grumpyspider.com.
FIRST_RATE = 0.39  # Of these campaigns, by the same source.
PUBLISHED = {1: 0.73, 2: 0.80, 3: 0.87, 5: 0.91}
REMAINING = 0.65
HALF = 0.5
MEDIAN_TO_MEAN = 0.5
EARLIER_EDGES = [1, 2, 3, 5]
TIER_EDGES = [2, 4, 7, 11, 16]
PRICE_EDGES_USD = [15, 30, 60, 120, 250, 500, 1000]
PUBLISHED_ERROR = 0.3
RIDGE = 1.0
GOAL_KINKS_USD = [3_000, 10_000, 50_000]
COUNTRIES = ["gb", "ca", "au", "de", "fr", "it", "es", "nl", "hk", "mx", "jp"]


def learn(path):
    """What the manifest stores, and the number of campaigns."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    column = lambda name: np.array([float(row[name] or 0) for row in rows])
    success = column("state")
    groups = {
        "earlier": np.searchsorted(EARLIER_EDGES, column("creator_project_no") - 1, side="right"),
        "tiers": np.searchsorted(TIER_EDGES, column("rewards_levels"), side="right"),
        "price": np.searchsorted(PRICE_EDGES_USD, column("rewards_mean"), side="right"),
    }
    weights, errors = fit(np.column_stack([controls(rows, column), *map(dummies, groups.values())]), success)
    sizes = [len(np.unique(group)) for group in groups.values()]
    ends = np.cumsum([0, *sizes]) + len(weights) - sum(sizes)
    by_group = {name: slice(start, end) for name, start, end in zip(groups, ends, ends[1:])}
    earlier, earlier_error = weights[by_group["earlier"]], errors(by_group["earlier"])
    # Unknown is the mean of first and returning creators, in the shares of all campaigns.
    returning = np.average(earlier[1:], weights=np.bincount(groups["earlier"])[1:])
    unknown = FIRST_SHARE * earlier[0] + (1 - FIRST_SHARE) * returning
    first = float(earlier[0] - unknown)
    offsets = {
        "first_project": step(None, first, earlier_error[0]),
        "returning": step(None, returning - unknown, float(np.max(earlier_error))),
        "earlier_projects": steps(EARLIER_EDGES, earlier[1:] - unknown, earlier_error[1:]),
        "earlier_successes": [step(0, first + REMAINING * (logit(0.43) - logit(FIRST_RATE)), 0.4)]
        + [
            step(count, first + REMAINING * (logit(rate) - logit(FIRST_RATE)), PUBLISHED_ERROR)
            for count, rate in PUBLISHED.items()
        ],
        "reward_tiers": halved(TIER_EDGES, 1, weights, errors, by_group["tiers"], groups["tiers"]),
        "median_reward_usd": halved(
            [edge * MEDIAN_TO_MEAN for edge in PRICE_EDGES_USD], 0, weights, errors, by_group["price"], groups["price"]
        ),
    }
    return offsets, len(rows)


def controls(rows, column):
    """What the score knows without the optional inputs, as far as this data has it."""
    goal = np.log(np.clip(column("usd_goal"), 10, 1e7))
    parents = sorted({row["parent"] for row in rows})[1:]
    parts = [np.ones(len(rows)), goal, *(np.maximum(goal - np.log(kink), 0) for kink in GOAL_KINKS_USD)]
    parts += [
        column("duration_campaign_launch_to_deadline") / 30,
        np.log1p(np.maximum(column("duration_campaign_creation_to_launch"), 0)),
        column("name_length") / 30,
        column("blurb_word_count") / 20,
        column("is_project_we_love"),
    ]
    parts += [np.array([row["parent"] == parent for row in rows], float) for parent in parents]
    parts += [np.array([row["country"] == country for row in rows], float) for country in COUNTRIES]
    return np.column_stack(parts)


def dummies(group):
    return (group[:, None] == np.unique(group)).astype(float)


def fit(table, success):
    """Weights, and a function that gives the standard errors of a group of them relative to the group's mean."""
    penalty = np.full(table.shape[1], RIDGE)
    penalty[0] = 1e-6
    weights, curvature = regress(table, success, penalty)
    covariance = np.linalg.inv(curvature)

    def errors(group):
        mine = covariance[group, group]
        centre = np.eye(len(mine)) - 1 / len(mine)
        return np.sqrt(np.diag(centre @ mine @ centre))

    return weights, errors


def halved(edges, lowest, weights, errors, of_group, group):
    """Half of the effect, relative to the mean, with 90 % of the uncertainty between none of the effect and all of it."""
    effect = weights[of_group] - np.average(weights[of_group], weights=np.bincount(group))
    return steps([lowest, *edges], HALF * effect, np.hypot(errors(of_group), HALF * np.abs(effect) / WIDTH))


def steps(edges, logits, errors):
    return [step(edge, value, error) for edge, value, error in zip(edges, logits, errors)]


def step(edge, value, error):
    """An offset that holds from `edge` on."""
    known = {} if edge is None else {"from": edge}
    return known | {"logit": round(float(value), 3), "error": round(float(error), 3)}
