"""The command line: ``qingwen run | show | sql | explain | snapshots | diff | rollback | pin | verify | rebuild``.

Exit codes: 0 published, or nothing to do, or all well; 1 wrong usage, unreadable raw location, or (``verify``)
something does not hold; 2 the quality gate stopped the run; 3 another run holds the lock.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from flows import event_log
from flows.causes import told
from flows.environment import prepare
from flows.event_log import stop
from flows.exit_codes import FAILED, LOCKED, PUBLISHED
from flows.runners import RUNNERS
from tasks.publish.retention import KEEP, KEEP_HOURS

SHOWN = 20  # of every list of ``qingwen diff``
ROWS = 100  # of a table of ``qingwen sql``
NAME = "a snapshot's name, or its beginning"
PLACE = (
    "a clean folder (its current snapshot), CLEAN@NAME (an older one; the beginning of its name will do), or a folder"
)
WHICH = f"{NAME}; or a path as other commands take it"
EPILOG = """\
examples:
  qingwen run                                clean data/raw into data/clean
  qingwen run --raw s3://bucket/raw          read from any fsspec location
  qingwen run --clean s3://bucket/clean      publish to a store
  qingwen show data/clean                    what is in the newest snapshot
  qingwen sql data/clean "SELECT title, place, report_year FROM documents"
  qingwen run --workers 1 --allow-shrink     one process; raw files were removed on purpose
  qingwen explain data/clean 004.txt#4       what happened to one record
  qingwen explain data/clean 004.txt#4 --html     … as a page: raw and clean text side by side
  qingwen run --runner dask --scheduler tcp://host:8786     on a Dask cluster that sees data/clean
  qingwen verify data/clean                  check every law on the published files
  qingwen rebuild data/clean out             the raw texts again, from the datasets alone
  qingwen run --keep 7 --keep-hours 48       remove what is neither among the newest 7 nor was current 48 h ago
  qingwen snapshots data/clean               every snapshot, newest first
  qingwen show data/clean@20261125           one of them, by the beginning of its name
  qingwen diff data/clean                    what the current snapshot changed against the one before it
  qingwen diff data/clean 20261101 --all     … against that of 1 November, without leaving anything out
  qingwen diff data/clean 20261101 20261102  … between two others
  qingwen rollback data/clean                make the snapshot before the current one current again
  qingwen rollback data/clean 20261125T1830  … or the one of that name, older or newer
  qingwen pin data/clean 20261101 --note 'cited in the annual report'
  qingwen pin data/clean 20261101 --remove   runs may remove it again

exit codes:
  0 done or nothing to do   1 usage or unreadable input   2 the quality gate stopped it   3 another run is going on
"""

SQL_EPILOG = """\
examples:
  how did the gross domestic product grow, and where does it say so?
    qingwen sql data/clean "SELECT place, period, status, value, sources[1].source_uri AS source FROM indicators
      WHERE indicator_code = 'gdp' AND measure = 'growth' ORDER BY place, period"
  which paragraphs speak of 营商环境, and in which section?
    qingwen sql data/clean "SELECT d.title, b.section_path, b.text FROM blocks b JOIN documents d USING (doc_id)
      WHERE b.kind = 'paragraph' AND b.text LIKE '%%营商环境%%'"
  which files were not read, and why? (as CSV, for a spreadsheet)
    qingwen sql data/clean --format csv "SELECT source_uri, reason, detail FROM rejects" > rejects.csv

Every dataset is a view: SHOW TABLES lists them, DESCRIBE documents the columns of one; schemas/README.md says what they
mean. A statement can reach no file, no network, no extension and no setting.
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose usage errors exit with 1: 2 says that the gate stopped a run."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"{self.prog}: {message}; `{self.prog} --help` shows how\n")


def parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    top = _Parser(
        prog="qingwen",
        description="Turn scraped Chinese government reports, newspaper pages and news posts "
        "into clean, audited Parquet datasets.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    run = _add(commands, "run", "clean raw files and publish a snapshot")
    run.add_argument("--raw", default="data/raw", help="raw files: a folder or any fsspec URL (default: %(default)s)")
    run.add_argument(
        "--clean", default="data/clean", help="folder or s3:// URL of the snapshots (default: %(default)s)"
    )
    run.add_argument(
        "--workers", type=_count, default=os.cpu_count() or 1, help="worker processes (default: %(default)s)"
    )
    run.add_argument(
        "--allow-shrink",
        action="store_true",
        help="publish although sources or documents became fewer by more than 20 %% (or there are none)",
    )
    run.add_argument(
        "--log-json", action="store_true", help="say what goes on as JSON on stderr, an object a line, and nothing else"
    )
    run.add_argument(
        "--runner",
        choices=RUNNERS,
        default="local",
        help="who does the work: processes of this machine, or a Dask cluster (default: %(default)s)",
    )
    run.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="with --runner dask: the scheduler of an existing cluster, as tcp://host:8786, whose workers all have the "
        "clean folder at the same path; without it (or $DASK_SCHEDULER_ADDRESS) a cluster of --workers on this machine",
    )
    run.add_argument(
        "--paranoid",
        action="store_true",
        help="read every raw file again, also one that has the size and the times of the last run",
    )
    run.add_argument(
        "--keep",
        type=_count_or_all,
        default=KEEP,
        metavar="N",
        help="how many of the newest snapshots stay, or all (default: %(default)s); current and pinned ones do, too",
    )
    run.add_argument(
        "--keep-hours",
        type=_hours,
        default=KEEP_HOURS,
        metavar="H",
        help="older ones stay, too, for H hours after they were current last (default: %(default)g)",
    )
    snapshots = _add(commands, "snapshots", "every snapshot: when, how much, which is current, pinned or withdrawn")
    diff = _add(commands, "diff", "what changed between two snapshots: figures first, then texts")
    rollback = _add(commands, "rollback", "make an older snapshot the current one; newer ones are withdrawn")
    pin = _add(commands, "pin", "mark a snapshot that no run may remove")
    for command in (snapshots, diff, rollback, pin):
        command.add_argument("clean", help="the clean folder, or its s3:// URL")
    diff.add_argument("old", nargs="?", type=_name, help=f"{WHICH} (default: the one before the current)")
    diff.add_argument("new", nargs="?", type=_name, help="likewise (default: the current one)")
    diff.add_argument("--all", action="store_true", help="show everything, however long")
    rollback.add_argument("name", nargs="?", type=_name, help=f"{NAME} (default: the one before the current)")
    pin.add_argument("name", type=_name, help=NAME)
    pin.add_argument("--note", default="", help="why, for those who read `qingwen snapshots`")
    pin.add_argument("--remove", action="store_true", help="take the pin away")
    verify = _add(commands, "verify", "check every law and checksum on published files alone; exit 0 or 1")
    rebuild = _add(commands, "rebuild", "write the raw text of every record back to files, from the datasets alone")
    explain = _add(commands, "explain", "what happened to one record: edits, dropped spans, copies, flags")
    sql = _add(commands, "sql", "the answer to a question in SQL, with every dataset as a view of DuckDB; only reads")
    sql.epilog = SQL_EPILOG
    show = _add(commands, "show", "the datasets of the newest snapshot, their rows and files")
    for command in (verify, rebuild, explain, sql, show):
        command.add_argument("clean", help=PLACE)
    rebuild.add_argument("out", type=Path, help="folder to write to")
    explain.add_argument(
        "id",
        type=_utf8,
        help="doc_id (or its first characters), record_id, source_uri#record_no or source_uri; "
        "put -- before one that begins with a dash",
    )
    explain.add_argument(
        "--html",
        nargs="?",
        const="",
        metavar="FILE",
        help="write a page instead, raw and clean text side by side, and print its path (default FILE: "
        "explain-DOC_ID.html in this folder); it stands behind the ID",
    )
    sql.add_argument("statement", type=_name, help="one SELECT of DuckDB's SQL; - reads it from standard input")
    sql.add_argument(
        "--format", choices=("table", "csv", "json", "markdown"), default="table", help="default: %(default)s"
    )
    sql.add_argument(
        "--limit",
        type=_count_or_all,
        default=0,
        metavar="N",
        help=f"how many rows, or all (default: {ROWS} in a table, all in other formats); if there are more it is said",
    )
    return top


def _add(commands: argparse._SubParsersAction[_Parser], name: str, meaning: str) -> _Parser:
    """A command whose own help shows its examples."""
    shown = [line for line in EPILOG.splitlines() if line.startswith(f"  qingwen {name}")]
    return commands.add_parser(
        name,
        help=meaning,
        description=f"{meaning[0].upper()}{meaning[1:]}.",
        epilog="\n".join(["examples:", *shown]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError("must be a whole number from 1 on")
    return int(text)


def _count_or_all(text: str) -> int | None:
    return None if text == "all" else _count(text)


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = -1
    if not 0 <= hours < float("inf"):
        raise argparse.ArgumentTypeError("must be a number from 0 on")
    return hours


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("is empty")
    return text


def _utf8(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise argparse.ArgumentTypeError("is not in UTF-8, as every name in a snapshot is") from None
    return _name(text)


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except BrokenPipeError:  # the reader of our output (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (OSError, LookupError, ValueError) as error:
        return stop(told(error, options.clean), FAILED)
    except KeyboardInterrupt:
        return stop("stopped; nothing was published, what was published before is untouched", FAILED)


def _run(options: argparse.Namespace) -> int:
    prepare()
    if options.log_json:
        event_log.log = event_log.EventLog()
        event_log.log.write("run_started", raw=options.raw, clean=options.clean, workers=options.workers)
    from flows.launch import launch

    return launch(
        options.raw,
        options.clean,
        options.workers,
        allow_shrink=options.allow_shrink,
        keep=options.keep,
        keep_hours=options.keep_hours,
        paranoid=options.paranoid,
        runner=options.runner,
        scheduler=options.scheduler,
    )


def _snapshot(clean: str, *, damaged: bool = False) -> Path:
    """The snapshot that a command's argument means; one in a store is downloaded first.

    ``damaged``: whether it may be.
    """
    from tasks.publish.snapshot import resolve, whole
    from tasks.remote.mirror import localised

    snapshot = resolve(localised(clean))
    return snapshot if damaged else whole(snapshot)


def _folder(clean: str) -> Path:
    """The clean folder that a command's argument means; of a store its mirror, with the published snapshot in it."""
    from tasks.remote.connect import is_url
    from tasks.remote.mirror import folder_of, localised

    if is_url(clean):
        localised(clean)
    return folder_of(clean)


def _verify(options: argparse.Namespace) -> int:
    from tasks.remote.connect import is_url
    from tasks.remote.mirror import damaged_objects
    from tasks.validate.laws import LAWS
    from tasks.validate.verify import verify

    snapshot = _snapshot(options.clean, damaged=True)
    found = verify(snapshot)
    if is_url(options.clean):
        found.damaged.extend(damaged_objects(options.clean))
    for law, meaning in LAWS.items():
        broken = [violation.detail for violation in found.laws.violations if violation.law == law]
        n_checked = found.laws.n_checked[law]
        state = "BROKEN" if broken else "unknown" if found.damaged and not n_checked else "holds"
        print(f"{law}  {state:<7} {n_checked:>8} checked  {meaning}")
        for detail in broken:
            print(f"      {detail}")
    print(f"files {'DAMAGED' if found.damaged else 'agree'} with manifest.json")
    for detail in found.damaged:
        print(f"      {detail}")
    print(f"{snapshot}: {'all laws hold' if found.ok else 'NOT to be trusted'}")
    return PUBLISHED if found.ok else FAILED


def _rebuild(options: argparse.Namespace) -> int:
    from tasks.rebuild.files import rebuild

    written = rebuild(_snapshot(options.clean), options.out)
    print(f"{len(written)} files in {options.out}")
    return PUBLISHED


def _explain(options: argparse.Namespace) -> int:
    from tasks.explain import explain, explain_page

    snapshot = _snapshot(options.clean)
    if options.html is None:
        columns = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        print(explain(snapshot, options.id, columns))
    else:
        print(explain_page(snapshot, options.id, Path(options.html) if options.html else None))
    return PUBLISHED


def _sql(options: argparse.Namespace) -> int:
    from flows.answers import print_answer
    from tasks.sql import ask, opened

    try:
        statement: str = sys.stdin.read() if options.statement == "-" else options.statement
        statement.encode()
    except UnicodeError:
        return stop("the question is not in UTF-8; write it so and ask again", FAILED)
    default = ROWS if options.format == "table" else None
    try:
        with opened(_snapshot(options.clean)) as connection:
            print_answer(ask(connection, statement), options.format, default if options.limit == 0 else options.limit)
    except KeyboardInterrupt:
        return stop("stopped before the answer was complete; nothing was changed. Ask again with a WHERE", FAILED)
    return PUBLISHED


def _show(options: argparse.Namespace) -> int:
    from flows.tables import print_snapshot

    print_snapshot(_snapshot(options.clean))
    return PUBLISHED


def _snapshots(options: argparse.Namespace) -> int:
    from flows.tables import print_snapshots
    from tasks.publish.overview import overview

    print_snapshots(overview(_folder(options.clean)))
    return PUBLISHED


def _diff(options: argparse.Namespace) -> int:
    from flows.tables import print_difference
    from tasks.diff import diff
    from tasks.diff.tell import tell
    from tasks.publish.snapshot import before, named, whole

    clean = _folder(options.clean)
    new = whole(named(clean, options.new)) if options.new else _snapshot(options.clean)
    old = whole(named(clean, options.old)) if options.old else before(clean, new)
    print_difference(tell(diff(old, new), limit=None if options.all else SHOWN))
    return PUBLISHED


def _rollback(options: argparse.Namespace) -> int:
    from tasks.publish.rollback import rollback
    from tasks.publish.snapshot import LockedError
    from tasks.remote.replica import replica_of

    clean = _folder(options.clean)
    try:
        with replica_of(options.clean, clean) as replica:
            done = rollback(clean, options.name, datetime.now(UTC))
            if replica:
                replica.push()
    except LockedError as error:
        return stop(f"{error}\nWait for it to end: it would put what it publishes before what you choose now.", LOCKED)
    if done.current == done.left:
        print(f"{done.current.name} is the current snapshot already.")
    else:
        print(f"{done.current.name} is the current snapshot now.")
    if done.restored:
        print(f"No longer withdrawn: {', '.join(done.restored)}.")
    if done.withdrawn:
        print(f"Withdrawn: {', '.join(done.withdrawn)}.")
        print("A run leaves them so until raw files or code change; then it publishes a new snapshot.")
    if done.left and done.current != done.left:
        print(f"To undo this: qingwen rollback {shlex.quote(str(options.clean))} {done.left.name}")
    return PUBLISHED


def _pin(options: argparse.Namespace) -> int:
    from tasks.publish.pin import pin, unpin

    clean = _folder(options.clean)
    if options.remove:
        name = unpin(clean, options.name)
        print(f"{name} is pinned no longer.")
    else:
        name = pin(clean, options.name, options.note, datetime.now(UTC))
        print(f"{name} is pinned: no run removes it.")
    return PUBLISHED


COMMANDS = {
    "run": _run,
    "show": _show,
    "sql": _sql,
    "explain": _explain,
    "snapshots": _snapshots,
    "diff": _diff,
    "rollback": _rollback,
    "pin": _pin,
    "verify": _verify,
    "rebuild": _rebuild,
}
