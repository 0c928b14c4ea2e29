"""What the words of names and blurbs say beyond all other fields: one weight per word, learnt by logistic regression.

Only frequent words of at least three letters that carry some meaning are used. The names and blurbs of the data are filler in
which such words are true, so a word that is frequent there only by chance must not be learnt; neither must the commonest words
of English, which nearly every real text has.
"""

import re
from collections import Counter

import numpy as np

from logistic import regress

FIELDS = ("name", "blurb")
LEAST_CAMPAIGNS = 50
SHORTEST = 3
# Frequent as syllables of the filler.
CHANCE = {"able", "com", "car", "rap", "pet"}
STOP = {"the", "and", "for", "you", "your", "our", "with", "from", "this", "that", "one", "all", "new", "about", "its"}
RIDGE = 8.0


def words_of(text):
    """The distinct words of a text in lower case; `src/inference/wording.rs` splits texts in the same way."""
    return set(re.findall(r"[^\W_]+", text.lower()))


def learn(texts, success, logits):
    """The weights of words on the logit, given what all other fields already predict."""
    known = [(field, word) for field in FIELDS for word in frequent(texts[field])]
    flags = np.column_stack([[word in words for words in texts[field]] for field, word in known]).astype(float)
    flags = np.column_stack([flags, np.ones(len(flags))])
    penalty = np.full(flags.shape[1], RIDGE)
    penalty[-1] = 1e-6
    weights, _ = regress(flags, success, penalty, logits, steps=12)
    learnt = {field: {} for field in FIELDS}
    for (field, word), weight in zip(known, weights):
        learnt[field][word] = round(float(weight), 4)
    return learnt


def frequent(texts):
    counts = Counter(word for words in texts for word in words)
    is_usable = lambda word: len(word) >= SHORTEST and not word.isdigit() and word not in CHANCE | STOP
    return sorted(word for word, count in counts.items() if count >= LEAST_CAMPAIGNS and is_usable(word))


def totals(texts, weights):
    """For each campaign the sum of the weights of its words, in the name and in the blurb."""
    columns = [[sum(weights[field].get(word, 0.0) for word in words) for words in texts[field]] for field in FIELDS]
    return np.array(columns, dtype=np.float32).T
