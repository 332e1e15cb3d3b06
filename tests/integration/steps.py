"""Steps of a run that tests stop it at: what its processes are about to do, as patterns for ``faults``."""

STAGE = r".*/clean/\.stage/[^/]+"

FIRST = rf"os\.mkdir {STAGE}"
BEFORE_PACKS = rf"os\.mkdir {STAGE}/packs"
BEFORE_INDEX = r"os\.rename .*/clean/state/\.making-.* .*/clean/state/sources\.parquet"
IN_WORKER = r"os\.mkdir .*/clean/state/cleaned/[^/]+/\.making-"
CLEANED = r"os\.rename .*/clean/state/cleaned/[^/]+/\.making-"
BEFORE_COPIES = r"os\.mkdir .*/clean/state/\.copies-new"
COPIES_REPLACED = r"os\.rename .*/clean/state/\.copies-new"
AT_PARQUET = r"os\.mkdir .*/clean/state/written/[^/]+/\.making-"
WRITTEN = r"os\.rename .*/clean/state/written/[^/]+/\.making-"
AT_LINKS = rf"os\.link .*/clean/state/written/.* {STAGE}/snapshot/"
BEFORE_MANIFEST = rf"open {STAGE}/snapshot/manifest\.json w"
AFTER_MANIFEST = rf"open {STAGE}/snapshot/manifest\.json None"  # it is synced
BEFORE_RENAME = r"os\.rename .*/clean/\.stage/.* .*/clean/snapshots/"
AFTER_RENAME = r"open .*/clean/snapshots None"  # the same
BEFORE_POINTER = r"os\.symlink snapshots/.* .*/clean/\.stage/current"
BEFORE_SWITCH = r"os\.rename .*/clean/\.stage/current .*/clean/current"
AFTER_SWITCH = r"open .*/clean None"  # the same
IN_SWEEP = r"os\.rmdir .*/clean/state/"  # a folder's files are gone, it is not
BEFORE_CLEANING_UP = r"os\.rmdir .*/clean/\.stage"
