"""``python -m flows``: the same as the console script ``qingwen``."""

from flows.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
