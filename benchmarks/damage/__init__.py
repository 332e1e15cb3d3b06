"""Generated copies, siblings, beginnings, digests and clusters with a known truth, and how de-duplication judges them.

``python -m benchmarks.damage`` measures both generators: ``characters`` damages texts character by character, ``lines``
fills templates of its own and damages them line by line. Everything is drawn from one seed.
"""
