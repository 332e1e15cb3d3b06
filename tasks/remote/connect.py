"""One place for how a store is reached: timeouts, retries, and what its errors mean.

Credentials and the address come from where every S3 client looks: ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``,
``AWS_PROFILE``, ``AWS_ENDPOINT_URL`` … and the files and services of the machine. The time that one request may take
is bounded: ``ATTEMPTS`` with backoff for 500, 502, 503, 504, refused and broken connections, each within
``READ_SECONDS``; after that its error is raised.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fsspec

S3 = ("s3://", "s3a://")
CONNECTIONS = 32  # at once; reading small objects gets no faster with more (5 ms of Python for each)
CONNECT_SECONDS = 5
READ_SECONDS = 20  # without a single byte
ATTEMPTS = 4  # botocore waits a random part of 1, 2, 4 s between them
ROUNDS = 2  # of such attempts: s3fs's own, which also cover an answer that breaks off in its middle

ADVICE = {
    "NoSuchBucket": "there is no such bucket; create it or correct the URL",
    "NoSuchKey": "there is no such object; correct the URL",
    "InvalidAccessKeyId": "the store does not know the access key; check AWS_ACCESS_KEY_ID",
    "SignatureDoesNotMatch": "the secret key is wrong; check AWS_SECRET_ACCESS_KEY",
    "ExpiredToken": "the credentials have expired; renew them",
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
    "AccessDenied": "access is denied; the credentials need s3:ListBucket, GetObject, PutObject and DeleteObject here",
    "403": "access is denied; check the credentials",
    "NoCredentialsError": "no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE",
    "EndpointConnectionError": "nothing answers there; check AWS_ENDPOINT_URL and the network",
    "ConnectTimeoutError": f"no connection within {CONNECT_SECONDS} s; check AWS_ENDPOINT_URL and the network",
    "ReadTimeoutError": f"no answer within {READ_SECONDS} s, tried {ATTEMPTS * ROUNDS} times; try again later",
    "InternalError": f"the store fails inside (500), tried {ATTEMPTS} times; try again later",
    "500": f"the store fails inside (500), tried {ATTEMPTS} times; try again later",
    "SlowDown": "the store is overloaded (503), tried again and again; try again later",
    "ServiceUnavailable": "the store is overloaded or down (503), tried again and again; try again later",
    "503": "the store is overloaded or down (503), tried again and again; try again later",
}
FINAL = (FileNotFoundError, PermissionError)  # trying again won't help
WITHOUT_S3FS = "reading and writing s3:// needs s3fs: pip install 'qingwen[s3]'"


class StoreError(OSError):
    """A store did not do what was asked: which object, what went wrong, what to do."""

    def __init__(self, message: str, *, code: str = "", final: bool = False) -> None:
        super().__init__(message)
        self.code = code  # the store's own word, such as PreconditionFailed
        self.final = final  # trying again won't help


def is_url(location: str) -> bool:
    """Whether a location lies in a store."""
    return "://" in location


def connect(url: str) -> tuple[Any, str]:
    """The file system of an fsspec URL or a local path, and the path there.

    Raises:
        StoreError: s3fs is not installed.
    """
    if not url.startswith(S3):
        return fsspec.core.url_to_fs(url)  # type: ignore[no-any-return] # fsspec has no types
    config = {
        "connect_timeout": CONNECT_SECONDS,
        "read_timeout": READ_SECONDS,
        "max_pool_connections": CONNECTIONS,
        "retries": {"mode": "standard", "total_max_attempts": ATTEMPTS},
        "user_agent_extra": "qingwen",
    }
    try:
        filesystem, path = fsspec.core.url_to_fs(url, config_kwargs=config, use_listings_cache=False)
    except ImportError as error:
        raise StoreError(WITHOUT_S3FS, final=True) from error
    filesystem.retries = ROUNDS
    return filesystem, path.rstrip("/")


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn whatever a store's client raises into a ``StoreError`` that names ``what``."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        if not (isinstance(error, (OSError, TimeoutError)) or type(error).__module__.startswith(("botocore", "aio"))):
            raise
        code = code_of(error)
        final = isinstance(error, FINAL) or code == "NoCredentialsError"
        raise StoreError(f"{what}: {explain(error)}", code=code, final=final) from error


def code_of(error: BaseException) -> str:
    """What went wrong, in one word: the store's own if it answered, else the name of the client's error."""
    for known in (error, error.__cause__):
        if answer := getattr(known, "response", None):
            return str(answer.get("Error", {}).get("Code", ""))
    return type(error).__name__


def explain(error: BaseException) -> str:
    """What an error of a store means and what to do about it."""
    code = code_of(error)
    return f"{ADVICE[code]} [{code}]" if code in ADVICE else f"{error} [{code}]"
