"""The lease of a remote clean location: an object that says who writes there, renewed while that run goes on.

A lease that was not renewed for ``LEASE_SECONDS`` by the store's clock is over: its run was killed or lost the store.
A run takes its own mirror's lease over at once (the mirror's lock says that the run before it has ended).
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
import time

from tasks.publish.snapshot import LockedError
from tasks.remote.connect import StoreError
from tasks.remote.objects import Found, Objects, UnmetError

NAME = ".lock"
LEASE_SECONDS = 300.0  # a killed run keeps others out so long
RENEW_SECONDS = 60.0  # so that four renewals may fail
SETTLE_SECONDS = 2.0  # after so long a store without conditions has shown another run's lease
UNSUPPORTED = ("NotImplemented", "InvalidArgument", "InvalidRequest", "501", "400")  # how a store may refuse conditions


class Lease:
    """The right of one run to write to a remote location; ``conditional``: the store keeps conditions of writes."""

    def __init__(self, objects: Objects, owner: str) -> None:
        """Take it, or say who has it.

        Raises:
            LockedError: another run holds it.
            StoreError: the store does not answer.
        """
        self.objects, self.owner, self.run = objects, owner, secrets.token_hex(8)
        self.conditional = True
        self.lost = ""
        held = check_free(objects, owner)
        try:
            self.tag = objects.write(NAME, self._text(), replaces=held, new=held is None)
        except UnmetError as error:
            raise LockedError(f"another run took {objects.url} at the same moment") from error
        except StoreError as error:
            if error.code not in UNSUPPORTED:
                raise
            self.tag = objects.write(NAME, self._text())
        self.conditional = self._keeps_conditions()
        if not self.conditional:
            time.sleep(SETTLE_SECONDS)
            self._check_mine()
        self._over = threading.Event()
        self._renewing = threading.Thread(target=self._renew_until_over, name="lease", daemon=True)
        self._renewing.start()

    def check(self) -> None:
        """Raise ``LockedError`` if another run has taken over."""
        if self.lost:
            raise LockedError(self.lost)

    def release(self) -> None:
        """Give it back; if the store does not answer it ends by itself."""
        self._over.set()
        self._renewing.join()
        try:
            if not self.lost and self._is_mine():
                self.objects.remove([NAME])
        except StoreError:
            return

    def _keeps_conditions(self) -> bool:
        """Whether the store refuses to write what is there as if it were new."""
        try:
            self.tag = self.objects.write(NAME, self._text(), new=True)
        except UnmetError:
            return True
        except StoreError as error:
            if error.code not in UNSUPPORTED:
                raise
        return False

    def _renew_until_over(self) -> None:
        while not self._over.wait(RENEW_SECONDS):
            try:
                if self.conditional:
                    self.tag = self.objects.write(NAME, self._text(), replaces=Found("", self.tag, 0))
                else:
                    self._check_mine()
                    self.objects.write(NAME, self._text())
            except UnmetError:
                if not self._is_mine():
                    self.lost = f"another run took {self.objects.url} over"
                    return
            except LockedError as error:
                self.lost = str(error)
                return
            except StoreError:  # the next try may do; what is published is safe without it
                continue

    def _is_mine(self) -> bool:
        """Also takes note of the tag: a write that was tried again may have done its work the first time."""
        found = self.objects.find(NAME)
        if found is None or _content(found).get("run") != self.run:
            return False
        self.tag = found.tag
        return True

    def _check_mine(self) -> None:
        if not self._is_mine():
            raise LockedError(f"another run took {self.objects.url} at the same moment")

    def _text(self) -> str:
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        who = {"host": socket.gethostname(), "process": os.getpid()}
        return json.dumps({"owner": self.owner, "run": self.run, **who, "renewed": now}) + "\n"


def check_free(objects: Objects, owner: str) -> Found | None:
    """The lease that is there and over, or ``owner``'s own; nothing if there is none.

    Raises:
        LockedError: another run holds it.
    """
    held = objects.find(NAME)
    if held is None:
        return None
    content = _content(held)
    if content.get("owner") != owner and held.age < LEASE_SECONDS:
        who = f"process {content.get('process', 'unknown')} on {content.get('host', 'another machine')}"
        raise LockedError(
            f"another run ({who}) writes to {objects.url}, last seen {max(0, held.age):.0f} s ago; "
            f"if it was killed its lease ends by itself in {LEASE_SECONDS - held.age:.0f} s"
        )
    return held


def _content(found: Found) -> dict[str, object]:
    try:
        content = json.loads(found.text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
