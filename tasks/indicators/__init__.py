"""Known indicators: which standard indicator a quantity is about, and one row for each figure of a place and a period.

``match`` gives quantities their codes, record by record. ``facts`` takes the coded quantities of a part whose place and
period are known, ``merge`` makes the dataset ``indicators`` of them.
"""
