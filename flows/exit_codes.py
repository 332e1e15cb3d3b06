"""What ``qingwen`` exits with."""

PUBLISHED = 0  # or nothing to do, or all well
FAILED = 1  # wrong usage, unreadable raw location, or ``verify`` found something
GATE = 2  # the quality gate stopped the run
LOCKED = 3  # another run holds the lock
