"""Connected components of the candidate graph, and their division into jobs.

What becomes of a document depends on the documents of its component only: so components are resolved in any process
and in any order, and one in which nothing changed is not resolved again.
"""

from __future__ import annotations

import numpy as np

from tasks.dedupe.candidates import Ints


def components(n_nodes: int, edges: Ints) -> Ints:
    """For each node the smallest node of its component. ``edges``: one row ``(a, b)`` each."""
    label = np.arange(n_nodes)
    a, b = edges[:, 0], edges[:, 1]
    while len(a):
        low = np.minimum(label[a], label[b])
        np.minimum.at(label, label[a], low)
        np.minimum.at(label, label[b], low)
        while True:
            shorter = label[label]
            if np.array_equal(shorter, label):
                break
            label = shorter
        apart = label[a] != label[b]
        a, b = a[apart], b[apart]
    return label


def divided(component: Ints, weight: Ints, at_least: int, most_jobs: int) -> Ints:
    """A job for each node, from 0: whole components, in the order of ``component``, about equally heavy.

    Jobs weigh ``at_least`` so much, or there are ``most_jobs`` of them, a component heavier than its share aside.
    """
    order = np.argsort(component, kind="stable")
    ends = np.cumsum(weight[order])
    share = max(at_least, -(-int(ends[-1]) // most_jobs)) if len(ends) else 1
    ordered = component[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)])
    before = (ends - weight[order])[starts] // share
    _, job_of = np.unique(before, return_inverse=True)
    jobs = np.empty(len(component), np.int64)
    jobs[order] = np.repeat(job_of, np.diff(np.append(starts, len(ordered))))
    return jobs
