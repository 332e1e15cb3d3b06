"""Copies: found among all documents, verified on their texts, the best one kept, what they share told.

::

    shingle, identity         per document, in the workers that clean
    census, candidates, join,
    shuffle, components       which texts are worth comparing, brought up to date from ``state``
    facts, verify, figures    whether one is a copy of the other
    survive                   which of them is kept
    difference, overlap       how a copy differs, what kept documents share
    resolve, job              all of that for whole components, in any worker
    search, decisions, task   the way through it, and back into the parts
"""
