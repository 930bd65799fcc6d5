"""A monitoring server reads the figures of the record."""

from __future__ import annotations

import re
from pathlib import Path

from tests.web.cli.conftest import Run, assert_refused

LINE = re.compile(r'kundig_[a-z_]+(\{state="[a-z ]+"\})? \d+')


def test_every_figure_is_a_line_that_prometheus_reads(home: Path, run: Run) -> None:
    assert run("init").code == 0

    ran = run("metrics")
    lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "")
    assert [line for line in lines if not (line.startswith("# ") or LINE.fullmatch(line))] == []
    assert {"kundig_index_usable 0", 'kundig_mails{state="failed"} 0'} <= set(lines)
    assert 'kundig_jobs{state="waiting"} 0' in lines
    assert "kundig_mail_trouble_seconds 0" in lines


def test_without_a_record_there_are_no_figures(home: Path, run: Run) -> None:
    assert_refused(run("metrics"), "run kb init")
