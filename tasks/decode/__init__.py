"""Bytes to text: unpack gzip, find the encoding by evidence, refuse what is not text.

``decode(data) -> Decoded``; raises ``Undecodable(reason, detail)`` with a reason of
``schemas.vocabulary.REJECT_REASONS``: ``empty``, ``binary``, ``corrupt_gzip`` (cut off, or damaged),
``too_large`` (unpacks to too much). Nothing else is raised, whatever the bytes are.
"""

from tasks.decode.charset import Decoded, decode
from tasks.decode.compression import Undecodable

__all__ = ["GZIP_MAGIC", "Decoded", "Undecodable", "decode"]
