"""The report as one HTML file: everything inside, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache, partial
from io import BytesIO
from pathlib import Path

import orjson
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from web.http.assets import FOLDER as SITE_FILES
from web.http.figures import sparkline, stacked_bars
from web.http.i18n import language_name, region_of
from web.report.curve import Milestone, find_milestones, reach_curve
from web.report.facts import Facts, ReportTopic
from web.report.hues import HUES
from web.report.map_data import TopicMap

FOLDER = Path(__file__).parent
LANGUAGES = ("en", "de")
ROWS_OPEN = 25
"""Topics in the first table; the rest is folded away."""

MOST_ROWS = 1_000
"""Topics in the tables; nobody reads on, and the file stays small."""

MOVING_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Source:
    """What a report is about.

    `name` is the file, or the site of a record; `command` is what to type next. `waiting`
    questions were not grouped yet, `bad_rows` could not be read, `repeated` ids came twice.
    """

    name: str
    is_file: bool
    noise: Mapping[str, int]
    masked: int = 0
    waiting: int = 0
    bad_rows: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True)
class ReportPage:
    """All that report.html may read."""

    source: Source
    facts: Facts
    map: TopicMap
    made_on: date

    @property
    def open_rows(self) -> tuple[ReportTopic, ...]:
        """The topics of the first table."""
        return self.facts.topics[:ROWS_OPEN]

    @property
    def folded_rows(self) -> tuple[ReportTopic, ...]:
        """The topics of the table that is folded away."""
        return self.facts.topics[ROWS_OPEN:MOST_ROWS]

    @property
    def rows_left_out(self) -> int:
        """Topics in no table."""
        return max(len(self.facts.topics) - MOST_ROWS, 0)

    @property
    def rising(self) -> tuple[ReportTopic, ...]:
        """What is asked more."""
        return self.facts.rising[:MOVING_SHOWN]

    @property
    def falling(self) -> tuple[ReportTopic, ...]:
        """What is asked less."""
        return self.facts.falling[:MOVING_SHOWN]

    @property
    def milestones(self) -> tuple[Milestone, ...]:
        """How far how many entries get."""
        return find_milestones(self.facts)

    @property
    def has_verdicts(self) -> bool:
        """Whether it is known which topics are answered."""
        return any(one.name.verdict for one in self.facts.topics)

    @property
    def week_parts(self) -> tuple[tuple[int, int], ...]:
        """For each week how many are in topics and how many stand alone."""
        span = self.facts.span
        return tuple(zip(span.grouped, span.ungrouped, strict=True)) if span else ()

    @property
    def noise_count(self) -> int:
        """How many ask nothing."""
        return sum(self.source.noise.values())

    @property
    def noise_rows(self) -> tuple[tuple[str, int], ...]:
        """(reason, how many), most first."""
        return tuple(sorted(self.source.noise.items(), key=lambda item: (-item[1], item[0])))

    @property
    def ungrouped_share(self) -> float:
        """Share of all asks in no topic, 0 to 1."""
        return self.facts.ungrouped / max(self.facts.asks, 1)

    @property
    def grouped_share(self) -> float:
        """Share of all asks in a topic, 0 to 1."""
        return 1.0 - self.ungrouped_share if self.facts.asks else 0.0

    @property
    def covered_share(self) -> float:
        """Share of the asks in topics whose topic is covered, 0 to 1."""
        grouped = sum(one.size for one in self.facts.topics)
        covered = sum(one.size for one in self.facts.topics if one.name.verdict == "covered")
        return covered / max(grouped, 1)

    @property
    def sources(self) -> tuple[tuple[str, tuple[tuple[str, int], ...]], ...]:
        """What questions are told apart by: the kind, and (name, asks), most first."""
        kinds = (
            ("channel", () if self.source.is_file else self.facts.channels),
            ("product", self.facts.products),
            ("language", self.facts.langs),
        )
        return tuple((kind, counts) for kind, counts in kinds if counts)


def render_report(page: ReportPage, *, lang: str) -> str:
    """The page as HTML, readable from a file and without a network.

    Its policy lets run only the script and style that are in it, by their hashes. What people
    wrote is escaped, in the tables by the template and in the data as JSON without `<`.
    Raises KeyError for a language that is not in LANGUAGES.
    """
    env = _environment(lang)
    style = _style()
    script = (FOLDER / "report.js").read_text(encoding="utf-8")
    data = {**page.map.data, "lang": lang, "hues": HUES, "words": _script_words(lang)}
    values = {field.name: getattr(page, field.name) for field in fields(page)}
    return env.get_template("report.html").render(
        values,
        page=page,
        lang=lang,
        style=Markup(style),
        style_hash=_source_hash(style),
        script=Markup(script),
        script_hash=_source_hash(script),
        data=embedded_json(data),
        curve=reach_curve,
    )


def embedded_json(value: object) -> Markup:
    """JSON that may stand inside a script element: it holds no `<`, `>` or `&`."""
    text = orjson.dumps(value).decode()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(text)


def _source_hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _style() -> str:
    tokens = (SITE_FILES / "tokens.css").read_text(encoding="utf-8")
    own = (FOLDER / "report.css").read_text(encoding="utf-8")
    hues = "".join(f".hue-{place}{{--hue:{hue}}}" for place, hue in enumerate(HUES))
    return f"{tokens}\n{own}\n{hues}"


def _script_words(lang: str) -> dict[str, str]:
    """The words of report.js in the page's language; `{...}` is filled in there."""
    _ = _catalogue(lang).gettext
    return {
        "none": _("In no topic"),
        "near": _("In no topic; the nearest is: {topic}"),
        "found": _("{shown} of {total} topics"),
        "more": _("and {num} more: filter to find them"),
        "share": _("{size} asked, {share} of all"),
        "details": _("Examples and trend"),
        "close": _("Let go of this topic"),
        "nothing": _("No topic has these words."),
    }


@lru_cache(maxsize=len(LANGUAGES))
def _environment(lang: str) -> Environment:
    env = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = _catalogue(lang)
    env.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext, catalogue.ngettext, newstyle=True
    )
    env.policies["ext.i18n.trimmed"] = True
    env.globals["sparkline"] = sparkline
    env.globals["stacked_bars"] = stacked_bars
    env.filters["number"] = partial(format_decimal, locale=lang)
    env.filters["percent"] = partial(_percent, lang=lang)
    env.filters["date"] = partial(_date, lang=lang)
    env.filters["language"] = partial(language_name, locale=lang)
    return env


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(lang: str) -> NullTranslations:
    if lang == LANGUAGES[0]:
        return NullTranslations()
    if lang not in LANGUAGES:
        raise KeyError(lang)
    with (FOLDER / "locale" / lang / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=lang, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def _percent(share: float, *, lang: str) -> str:
    """Whole percents; one decimal below ten."""
    sign = "%" if lang == "en" else "\xa0%"
    return format_percent(share, format=("0.0" if 0 < share < 0.0995 else "0") + sign, locale=lang)


def _date(value: date, form: str = "long", *, lang: str) -> str:
    return format_date(value, form, locale=region_of(lang))
