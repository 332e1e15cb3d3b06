"""Raw files and snapshots in an object store (``s3://…``), through fsspec.

A store has no rename and no lock, only objects that are replaced whole. So a run whose ``--clean`` is a URL works like
a version control system: it *fetches* the published snapshot into a local folder, the *mirror*, publishes there as it
always does, and *pushes* the new snapshot. The push writes the snapshot's objects, then its manifest, and last the
pointer object ``<url>/current``, whose text is the name of the snapshot (law L7: a reader reads the pointer once, then
``<url>/snapshots/<name>/<dataset>/*.parquet``).

Two writers: a lease object (``<url>/.lock``) with owner and time, by the store's own clock, renewed while the run
goes on; and the pointer is replaced only if it still is what the run fetched. Where the store keeps conditions of
writes (``If-Match``, ``If-None-Match``: Amazon S3, Cloudflare R2, MinIO, Ceph …) exactly one writer wins, always. Where
it does not (found out when the lease is taken) a lease counts after it has stood for ``SETTLE_SECONDS``, and the
pointer is compared right before it is written: two writers can then both get through only if a request of one hangs
longer than that; the pointer names the later one and both snapshots are whole.
"""
