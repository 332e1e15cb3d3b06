"""Loaded by every Python process whose PYTHONPATH names this folder: no connection leaves the machine, tries are noted.

Each try to reach or look up another machine is refused and becomes a line of the file that ``QINGWEN_OUTWARD`` names.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from pathlib import Path
from typing import Any


def _is_here(host: Any) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        return ipaddress.ip_address(host if isinstance(host, str) else host.decode()).is_loopback
    except ValueError:
        return False


def _refuse(host: Any) -> None:
    with Path(os.environ["QINGWEN_OUTWARD"]).open("a") as file:
        file.write(f"{host}\n")
    raise OSError(f"{host} is another machine")


class Socket(socket.socket):
    def connect(self, address: Any) -> None:
        if self.family != socket.AF_UNIX and not _is_here(address[0]):
            _refuse(address)
        super().connect(address)

    def connect_ex(self, address: Any) -> int:
        if self.family != socket.AF_UNIX and not _is_here(address[0]):
            _refuse(address)
        return super().connect_ex(address)


_getaddrinfo = socket.getaddrinfo


def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
    if not _is_here(host):
        _refuse(host)
    return _getaddrinfo(host, *args, **kwargs)


if "QINGWEN_OUTWARD" in os.environ:
    socket.socket, socket.getaddrinfo = Socket, getaddrinfo
