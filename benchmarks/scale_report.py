"""What `benchmarks.scale` measured, as text and as a figure."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True)
class Built:
    """What building `documents` took; `true` are the ten nearest of them for each query."""

    documents: int
    seconds: float
    cpu_s: float
    peak_mib: float
    disk_mib: float
    true: np.ndarray


@dataclass(frozen=True, slots=True)
class Served:
    """What one process measured; `pss_mib` is its share of memory with the index in use."""

    open_s: float
    cpu_ms: tuple[float, float]
    wall_ms: tuple[float, float]
    narrow_p50_ms: float
    meaning_p50_ms: float
    meaning_recall: float
    words_recall: float
    words_p50_ms: float
    pss_mib: float
    own_mib: float


def show(phrasings: int, built: Built, served: list[Served]) -> None:
    """Print what a size measured."""

    def middle(values: Iterator[float]) -> float:
        return statistics.median(values)

    cpu = [middle(one.cpu_ms[place] for one in served) for place in (0, 1)]
    wall = [middle(one.wall_ms[place] for one in served) for place in (0, 1)]
    first = served[0]
    print(
        f"== {phrasings:,} wordings of {built.documents:,} documents\n"
        f"search      CPU p50 {cpu[0]:.2f} ms, p99 {cpu[1]:.2f} ms; "
        f"wall p50 {wall[0]:.2f} ms, p99 {wall[1]:.2f} ms, {len(served)} processes at once\n"
        f"            with a filter that leaves 3 %: CPU p50 {first.narrow_p50_ms:.2f} ms\n"
        f"meaning     recall@10 {first.meaning_recall:.3f}, CPU p50 {first.meaning_p50_ms:.2f} ms\n"
        f"words       recall@50 {first.words_recall:.3f}, CPU p50 {first.words_p50_ms:.2f} ms\n"
        f"memory      {sum(one.pss_mib for one in served):.0f} MiB in {len(served)} processes, "
        f"of that private {sum(one.own_mib for one in served):.0f} MiB\n"
        f"opened in   {middle(one.open_s for one in served):.2f} s\n"
        f"built in    {built.seconds:.0f} s ({built.cpu_s:.0f} s of CPU), "
        f"peak {built.peak_mib:.0f} MiB above what it started with\n"
        f"on disk     {built.disk_mib:.0f} MiB",
        flush=True,
    )


def draw(path: Path, found: dict[int, tuple[Built, list[Served]]]) -> None:
    """Draw time and memory over the size of the store."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    sizes = list(found)
    figure, (times, memory) = pyplot.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
    for place, label in enumerate(("p50", "p99")):
        values = [statistics.median(one.cpu_ms[place] for one in found[n][1]) for n in sizes]
        times.plot(sizes, values, marker="o", label=label)
    times.set(title="CPU of a search without the encoder", ylabel="ms", yscale="log")
    times.axhline(20, color="grey", linewidth=0.8, linestyle="--")
    times.legend()
    used = [sum(one.pss_mib for one in found[n][1]) for n in sizes]
    memory.plot(sizes, used, marker="o", label="index, all processes")
    memory.plot(sizes, [found[n][0].peak_mib for n in sizes], marker="o", label="builder, peak")
    memory.axhline(1024, color="grey", linewidth=0.8, linestyle="--")
    memory.set(title="Memory", ylabel="MiB", yscale="log")
    memory.legend()
    for axes in (times, memory):
        axes.set(xscale="log", xlabel="wordings")
    figure.savefig(path, dpi=110)
