"""One part, cleaned: the way from packed bytes to candidate rows of every dataset.

``record`` composes the pure stages for one record (strip, normalize, describe, quantify), ``positions`` carries
places in the clean text back to the raw text, ``tables`` gathers the rows by column, ``part`` runs a whole part in a
worker, ``again`` does so for the records that hold what their sites repeat (``tasks.sites``).
"""
