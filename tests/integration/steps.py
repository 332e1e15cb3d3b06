"""Steps of a run that tests stop it at: what its processes are about to do, as patterns for ``faults``."""

STAGE = r".*/clean/\.stage/[^/]+"

FIRST = rf"os\.mkdir {STAGE}"
BEFORE_PACKS = rf"os\.mkdir {STAGE}/packs"
IN_WORKER = rf"os\.mkdir {STAGE}/cleaned"
BEFORE_STATE = r"os\.mkdir .*/clean/state/"
STATE_REPLACED = r"os\.rename .*/clean/state/"
AT_PARQUET = rf"os\.mkdir {STAGE}/snapshot"
BEFORE_MANIFEST = rf"open {STAGE}/snapshot/manifest\.json w"
AFTER_MANIFEST = rf"open {STAGE}/snapshot/manifest\.json None"  # it is synced
BEFORE_RENAME = r"os\.rename .*/clean/\.stage/.* .*/clean/snapshots/"
AFTER_RENAME = r"open .*/clean/snapshots None"  # the same
BEFORE_POINTER = r"os\.symlink snapshots/.* .*/clean/\.stage/current"
BEFORE_SWITCH = r"os\.rename .*/clean/\.stage/current .*/clean/current"
AFTER_SWITCH = r"open .*/clean None"  # the same
BEFORE_CLEANING_UP = r"os\.rmdir .*/clean/\.stage"
