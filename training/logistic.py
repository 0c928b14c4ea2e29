"""Probabilities and their logits, and logistic regression."""

import numpy as np


def logit(p):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return np.log(p / (1 - p))


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def regress(table, success, penalty, logits=0.0, steps=25):
    """Ridge-penalized logistic regression by Newton's method, on top of given logits: weights and the negative Hessian."""
    weights = np.zeros(table.shape[1])
    for _ in range(steps):
        p = sigmoid(logits + table @ weights)
        curvature = (table.T * (p * (1 - p))) @ table + np.diag(penalty)
        weights += np.linalg.solve(curvature, table.T @ (success - p) - penalty * weights)
    return weights, curvature
