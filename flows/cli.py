"""The command line: ``qingwen run | verify | rebuild | explain | show``.

Exit codes: 0 published, or nothing to do, or all well; 1 wrong usage, unreadable raw location, or (``verify``)
something does not hold; 2 the quality gate stopped the run; 3 another run holds the lock.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import NoReturn

from flows.environment import prepare
from flows.exit_codes import FAILED, PUBLISHED

EPILOG = """\
examples:
  qingwen run                                clean data/raw into data/clean
  qingwen run --raw s3://bucket/raw          read from any fsspec location
  qingwen run --clean s3://bucket/clean      publish to a store
  qingwen show data/clean                    what is in the newest snapshot
  qingwen run --workers 1 --allow-shrink     one process; raw files were removed on purpose
  qingwen explain data/clean 004.txt#4       what happened to one record
  qingwen verify data/clean                  check every law on the published files
  qingwen rebuild data/clean out             the raw texts again, from the datasets alone

exit codes:
  0 done or nothing to do   1 usage or unreadable input   2 the quality gate stopped it   3 another run is going on
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose usage errors exit with 1: 2 says that the gate stopped a run."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(FAILED, f"{self.prog}: {message}\n")


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
    verify = _add(commands, "verify", "check every law and checksum on published files alone; exit 0 or 1")
    rebuild = _add(commands, "rebuild", "write the raw text of every record back to files, from the datasets alone")
    explain = _add(commands, "explain", "what happened to one record: edits, dropped spans, copies, flags")
    show = _add(commands, "show", "the datasets of the newest snapshot, their rows and files")
    for command in (verify, rebuild, explain, show):
        command.add_argument("clean", help="a clean folder or s3:// URL (its current snapshot), or one snapshot of it")
    rebuild.add_argument("out", type=Path, help="folder to write to")
    explain.add_argument(
        "id",
        type=_name,
        help="doc_id (or its first characters), record_id, source_uri#record_no or source_uri; "
        "put -- before one that begins with a dash",
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


def _name(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("is empty")
    return text


def main(arguments: list[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = parser().parse_args(arguments)
    try:
        return COMMANDS[options.command](options)
    except BrokenPipeError:  # the reader of our output (head, less) has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (OSError, LookupError, ValueError) as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return _fail("stopped; nothing was published, what was published before is untouched")


def _fail(message: str, code: int = FAILED) -> int:
    sys.stderr.write(f"qingwen: {message}\n")
    return code


def _run(options: argparse.Namespace) -> int:
    prepare()
    from flows.launch import launch

    return launch(options.raw, options.clean, options.workers, allow_shrink=options.allow_shrink)


def _snapshot(clean: str) -> Path:
    """The snapshot that a command's argument means; one in a store is downloaded first."""
    from tasks.publish.snapshot import resolve
    from tasks.remote.mirror import localised

    return resolve(localised(clean))


def _verify(options: argparse.Namespace) -> int:
    from tasks.remote.connect import is_url
    from tasks.remote.mirror import damaged_objects
    from tasks.validate.laws import LAWS
    from tasks.validate.verify import verify

    snapshot = _snapshot(options.clean)
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
    from tasks.explain import explain

    print(explain(_snapshot(options.clean), options.id))
    return PUBLISHED


def _show(options: argparse.Namespace) -> int:
    from flows.tables import print_snapshot

    print_snapshot(_snapshot(options.clean))
    return PUBLISHED


COMMANDS = {"run": _run, "verify": _verify, "rebuild": _rebuild, "explain": _explain, "show": _show}
