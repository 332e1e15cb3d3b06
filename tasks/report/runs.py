"""What the run took, and what made it."""

from __future__ import annotations

from tasks.report.html import Section, bar, code, join, paragraph, table
from tasks.report.source import Source

MB = 1_000_000
SHAPING = ("parts", "parts_new", "files", "files_new", "sources", "sources_read", "documents")


def effort(source: Source) -> Section:
    """Time and memory of every stage, the most costly first."""
    stages = dict(sorted(source.manifest.get("stages", {}).items(), key=lambda stage: -stage[1]["cpu_seconds"]))
    most = max((stage["cpu_seconds"] for stage in stages.values()), default=0)
    rows = [
        (
            name,
            stage["wall_seconds"],
            stage["cpu_seconds"],
            bar(stage["cpu_seconds"], most),
            round(stage["peak_memory_bytes"] / MB),
            ", ".join(f"{what.replace('_', ' ')} {stage[what]:,}" for what in SHAPING if what in stage),
        )
        for name, stage in stages.items()
    ]
    heads = ("stage", "seconds", "CPU seconds", "CPU", "peak MB", "what it handled")
    wall, cpu = (sum(stage[name] for stage in stages.values()) for name in ("wall_seconds", "cpu_seconds"))
    note = paragraph(
        f"Together {wall:,.1f} seconds, {cpu:,.1f} CPU seconds of the flow and its workers, before this report was "
        "written. Memory is that of the largest process at work."
    )
    return Section("effort", "Time and memory by stage", join(note, table("Stages of the run", heads, rows)), {})


def origin(source: Source) -> Section:
    """Where the run read, and the versions that shape its output."""
    manifest = source.manifest
    told = [
        ("snapshot", manifest["name"]),
        ("raw location", manifest["raw"]),
        ("begun", manifest["started"]),
        ("written", manifest["finished"]),
        ("flow run", manifest["run"] or "none"),
        ("fingerprint of input and code", manifest["fingerprint"]),
    ]
    inputs = table("The run", ("what", "which"), ((what, code(str(which))) for what, which in told))
    versions = table("Versions that shape the output", ("what", "version"), manifest["versions"].items())
    note = paragraph("Two runs with the same fingerprint publish the same datasets, byte for byte (law L6).")
    return Section("origin", "Versions and fingerprint", join(inputs, note, versions), {})
