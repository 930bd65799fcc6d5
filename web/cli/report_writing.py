"""Makes the report's page of a file or of the record and writes it."""

from __future__ import annotations

import os
import sys
import tempfile
import webbrowser
from pathlib import Path

from kb.access import OPERATOR
from kb.clock import utc_now
from kb.errors import InvalidInput
from kb.settings import read_settings
from kb.store.engine import reading
from web.cli.engines import open_record
from web.cli.grouping_file import read_and_group
from web.cli.output import tell
from web.report.facts import Asked, NamedTopic, count_facts
from web.report.from_file import asked_in_file, name_topics
from web.report.from_record import read_content
from web.report.map_data import draw_map
from web.report.page import ReportPage, Source, render_report

STANDARD_OUTPUT = "-"


def check_target(target: Path, source: Path | None) -> None:
    """Raise InvalidInput where no page can be written, before any work is done for it."""
    if str(target) == STANDARD_OUTPUT:
        return
    try:
        _check_path(target, source)
    except OSError as error:
        raise InvalidInput(f"--out {target}: {error.strerror or error}") from error


def _check_path(target: Path, source: Path | None) -> None:
    if target.is_dir():
        raise InvalidInput(f"--out {target} is a folder")
    if not target.parent.is_dir():
        raise InvalidInput(f"--out {target}: there is no folder {target.parent}")
    if not os.access(target.parent, os.W_OK):
        raise InvalidInput(f"--out {target}: the folder {target.parent} cannot be written")
    if source is not None and source.exists() and target.exists() and target.samefile(source):
        raise InvalidInput(f"--out {target} is the file that is read")


def report_of_file(path: Path, columns: dict[str, str], *, lang: str) -> ReportPage:
    """What a file holds, read, cleaned and grouped without storing anything.

    Raises InvalidInput where it cannot be used.
    """
    grouped = read_and_group(path, columns)
    file = grouped.file
    source = Source(
        name=path.name,
        is_file=True,
        noise=dict(file.noise),
        masked=sum(file.masked.values()),
        bad_rows=len(file.bad_rows),
        repeated=file.repeated,
    )
    return _page(source, asked_in_file(grouped), name_topics(grouped, lang=lang))


def report_of_record(lang: str) -> ReportPage:
    """What the record holds; raises InvalidInput before anything was grouped."""
    settings = read_settings()
    with reading(open_record(settings)) as conn:
        content = read_content(conn, lang=lang, viewer=OPERATOR)
    if not content.asked.questions:
        raise InvalidInput(
            "there are no topics yet: kb import brings questions, kb index groups them; "
            "kb report --from FILE needs neither"
        )
    source = Source(
        name=settings.site_name, is_file=False, noise=content.noise, waiting=content.waiting
    )
    return _page(source, content.asked, content.names)


def write_report(page: ReportPage, target: Path, *, lang: str, as_json: bool) -> None:
    """Write the page, whole or not at all; an earlier report of the name is replaced."""
    html = render_report(page, lang=lang)
    if str(target) == STANDARD_OUTPUT:
        sys.stdout.write(html)
        return
    try:
        _write(target, html)
    except OSError as error:
        raise InvalidInput(f"--out {target}: {error.strerror or error}") from error
    facts = page.facts
    answer = {
        "file": target,
        "bytes": len(html.encode()),
        "questions": facts.asks,
        "topics": len(facts.topics),
        "ungrouped": facts.ungrouped,
        "noise": dict(page.source.noise),
    }
    line = f"{target}: {facts.asks:,} questions, {len(facts.topics):,} topics"
    tell(line, answer, as_json=as_json)


def open_written(target: Path) -> None:
    """Show the page in the person's browser."""
    if str(target) != STANDARD_OUTPUT:
        webbrowser.open(target.resolve().as_uri())


def _page(source: Source, asked: Asked, names: list[NamedTopic]) -> ReportPage:
    facts, place_of = count_facts(asked, names)
    drawn = draw_map(asked, place_of, facts.topics)
    return ReportPage(source, facts, drawn, utc_now().date())


def _write(path: Path, html: str) -> None:
    if path.exists() and not path.is_file():
        # A device or a pipe: another file in its place would break it for everybody.
        path.write_text(html, encoding="utf-8")
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".report-", suffix=".html")
    written = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(html)
        written.chmod(0o644 & ~_umask())
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)


def _umask() -> int:
    """The process's file mask, which can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
