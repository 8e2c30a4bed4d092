import collections as c
from collections import defaultdict as groups, deque


def tally(words, counts=c.Counter()):  # expect: mutable-default
    counts.update(words)
    return counts


def grouped(rows, by=groups(list)):  # expect: mutable-default
    for key, value in rows:
        by[key].append(value)
    return by


def window(value, last=deque(maxlen=3)):  # expect: mutable-default
    last.append(value)
    return sum(last) / len(last)
