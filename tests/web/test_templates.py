"""Every template renders from its context, in both languages, without inline script or style."""

import re
from dataclasses import fields, replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import meta, nodes

from tests.web.pages_shown import account, admin, asking, entry, shelves, sign_in, watches, widget
from web.http import contexts as c
from web.http import docs_contexts, samples
from web.http.asking import contexts as ask
from web.http.assets import Assets
from web.http.desk import audit_samples, decision_samples, noise_samples
from web.http.desk.search_contexts import SearchFigures
from web.http.desk.search_samples import sample_searches
from web.http.desk.synonym_contexts import LanguageChoice, SynonymRow, SynonymsPage
from web.http.desk.topic_contexts import (
    Trend,
)
from web.http.i18n import LOCALES
from web.http.reading.entry_contexts import VoteBar
from web.http.rendering import FOLDER, Renderer, environment
from web.http.searching.results_contexts import SearchPage

WRONG = (c.FieldError("title", "Write your question in one sentence."),)
SEARCH = SearchPage(
    "orange <light>",
    "answer",
    21,
    samples.sample_rows(),
    facets=samples.sample_facets(),
    first_url="/search?q=x",
    next_url="/search?q=x&cursor=c",
)
LANGUAGES = (LanguageChoice("", "Every language", chosen=True), LanguageChoice("de", "Deutsch"))
SYNONYMS = SynonymsPage(
    rows=(
        SynonymRow("s1", ("hopper", "bean tank"), False, "", None, "Ada", date(2026, 7, 1), "/x/1"),
        SynonymRow("s2", ("BG", "Brühgruppe"), True, "Deutsch", "de", "import", None, "/x/2"),
    ),
    total=2,
    found=2,
    q="",
    terms="",
    languages=LANGUAGES,
    first_url="/desk/synonyms",
    next_url="/desk/synonyms?start=50",
)
PAGES: dict[str, tuple[Any, ...]] = {
    **sign_in.PAGES,
    **account.PAGES,
    **watches.PAGES,
    **asking.PAGES,
    **entry.PAGES,
    **shelves.PAGES,
    **admin.PAGES,
    **widget.PAGES,
    "search/results.html": (
        SEARCH,
        replace(SEARCH, verdict="maybe", did_you_mean=c.Link("orange", "/search?q=orange")),
        replace(
            SEARCH,
            verdict="none",
            rows=(),
            near=samples.sample_rows()[:1],
            filters=SEARCH.facets[0].choices[:1],
            clear_url="/search?q=x",
            degraded=True,
            ask=c.AskForm(title="x", asks_email=True, started="now", search="s"),
        ),
        SearchPage(""),
    ),
    "error.html": (
        *(
            c.ErrorPage(status, "A detail.", "7f3a")
            for status in (400, 403, 404, 409, 410, 413, 422, 429, 500, 503)
        ),
        c.ErrorPage(403, sign_in_url="/sign-in", written=(c.WrittenText("body", "What I say."),)),
        c.ErrorPage(429, written=(c.WrittenText("body", "What I say."),)),
    ),
    "desk/topics.html": (
        samples.sample_topics(),
        replace(samples.sample_topics(), rows=(), export_url=None, next_url=None),
    ),
    "desk/topic.html": (
        samples.sample_topic(errors=WRONG),
        replace(
            samples.sample_topic(),
            state="promoted",
            verdict=None,
            draft=None,
            promote=None,
            dismiss_url=None,
            entry=c.Link("How do I pair it?", "/faq/9"),
        ),
        replace(samples.sample_topic(), draft=None, atypical=(), trend=Trend(())),
    ),
    "desk/decisions.html": (
        decision_samples.sample_decisions(),
        replace(decision_samples.sample_decisions(), rows=(), current="stands"),
        replace(decision_samples.sample_decisions(), rows=(), current="overridden"),
        replace(decision_samples.sample_decisions(), rows=(), current="undone"),
        replace(
            decision_samples.sample_decisions(),
            rows=(),
            total=0,
            errors=(c.FieldError("bdb7d14e", "Topic 7 was merged into another one since."),),
        ),
    ),
    "desk/audit.html": audit_samples.PAGES,
    "desk/noise.html": noise_samples.PAGES,
    "desk/synonyms.html": (
        SYNONYMS,
        replace(SYNONYMS, rows=(), found=0, q="<none>"),
        replace(
            SYNONYMS,
            rows=(),
            total=0,
            found=0,
            terms="one",
            errors=(c.FieldError("terms", "Write at least two words, with commas between."),),
        ),
    ),
    "desk/searches.html": (
        sample_searches(),
        replace(sample_searches(), rows=()),
        replace(
            sample_searches(),
            rows=(),
            weeks=(),
            show="all",
            figures=SearchFigures(0, 0, 0, 0),
        ),
    ),
    "admin/pieces.html": (samples.pieces_page(),),
    "api/docs.html": (
        docs_contexts.ApiPage(
            "What it is.",
            "1.0",
            (
                docs_contexts.ApiOperation(
                    "search_get",
                    "GET",
                    "/api/v1/search",
                    "Find it.",
                    takes=(docs_contexts.ApiField("q", "string", "What is looked for."),),
                    gives=(),
                ),
            ),
        ),
    ),
}
CASES = [(name, page) for name, pages in PAGES.items() for page in pages]
GUEST = {"en": c.Chrome("Caldrosa", "en"), "de": c.Chrome("Caldrosa", "de")}


@pytest.fixture(scope="module")
def renderer():
    return Renderer(static_url=Assets().url)


def chrome(locale):
    languages = tuple(
        c.LanguageLink(each, each.upper(), f"?locale={each}", each == locale) for each in LOCALES
    )
    return c.Chrome(
        "Caldrosa",
        locale,
        languages,
        theme_url="/theme.css",
        viewer_name="Mara",
        is_staff=True,
        notice=c.Notice("Topic dismissed.", "/desk/topics/7/undo"),
        imprint_url="https://caldrosa.example.com/imprint",
        privacy_url="https://caldrosa.example.com/privacy",
    )


class PageReader(HTMLParser):
    """Collects what the rules below are about."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "hr"})

    def __init__(self, html):
        super().__init__()
        self.ids, self.levels, self.problems, self.open = [], [], [], []
        self.labelled, self.controls = set(), []
        self.feed(html)
        self.close()
        if self.open:
            self.problems.append(f"never closed: {self.open}")

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.problems += [name for name in given if name.startswith("on") or name == "style"]
        if tag == "style" or (
            tag == "script" and "src" not in given and "ld+json" not in given.get("type", "")
        ):
            self.problems.append(f"inline {tag}")
        if "id" in given:
            self.ids.append(given["id"])
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"])
        if tag in ("input", "textarea") and given.get("type") not in (
            "hidden",
            "radio",
            "checkbox",
        ):
            self.controls.append(given.get("id"))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes nothing")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("template", "context"), CASES)
def test_a_page_renders_whole_labelled_and_without_inline_code(renderer, template, context, locale):
    html = renderer.render(template, context, chrome=chrome(locale))
    page = PageReader(html)

    assert html.startswith(f'<!doctype html>\n<html lang="{locale}">')
    assert page.problems == []
    assert sorted(page.ids) == sorted(set(page.ids))
    assert set(page.controls) <= page.labelled
    assert page.levels.count(1) == 1
    for landmark in ("<main ", "<header ", "<footer ", "<nav ", 'class="skip-link" href="#main"'):
        assert landmark in html


def test_every_page_template_is_tried_here():
    pages = {
        path.relative_to(FOLDER).as_posix()
        for path in Path(FOLDER).rglob("*.html")
        if path.parent.name != "pieces" and path.name != "base.html"
    }

    included = {name for page in PAGES for name, _ in parts_of(environment("en", str), page)}
    assert pages == set(PAGES) | included


def parts_of(env, template):
    """A template and what it includes, each by its name and as a tree."""
    tree = env.parse((FOLDER / template).read_text(encoding="utf-8"))
    parts = [(template, tree)]
    for node in tree.find_all(nodes.Include):
        parts += parts_of(env, node.template.value)
    return parts


def read_by(tree):
    imported = {
        name if isinstance(name, str) else name[1]
        for node in tree.find_all(nodes.FromImport)
        for name in node.names
    }
    made_here = {node.name for node in tree.find_all(nodes.Macro)}
    made_here |= {node.target.name for node in tree.find_all(nodes.Assign)}
    return meta.find_undeclared_variables(tree) - imported - made_here


@pytest.mark.parametrize("template", PAGES)
def test_a_template_reads_every_field_of_its_context_and_nothing_else(template):
    trees = [tree for _, tree in parts_of(environment("en", str), template)]
    env = environment("en", str)
    read = set().union(*map(read_by, trees))
    used_properties = {
        node.attr
        for tree in trees
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name == "page"
    }
    context = type(PAGES[template][0])
    names = {field.name for field in fields(context)}

    assert read - names <= {"chrome", "page"} | set(env.globals)
    assert names <= read
    assert all(hasattr(context, name) for name in used_properties)


def test_a_customer_never_sees_a_score_or_a_desk_link(renderer):
    html = renderer.render("search/results.html", SEARCH, chrome=GUEST["en"])

    assert "score" not in html
    assert "/desk" not in html


def test_text_from_people_is_escaped(renderer):
    html = renderer.render("search/results.html", SEARCH, chrome=GUEST["en"])

    assert "orange &lt;light&gt;" in html
    assert "orange <light>" not in html


def test_a_search_without_an_answer_says_so_and_carries_the_words_to_the_form(renderer):
    question = c.AskForm(title="how do I bake bread")
    page = SearchPage("how do I bake bread", near=samples.sample_rows()[:1], ask=question)
    html = renderer.render("search/results.html", page, chrome=GUEST["en"])

    assert "We have no answer to this yet" in html
    assert 'action="/ask"' in html
    assert html.count('value="how do I bake bread"') == 2
    assert html.index("What others read") < html.index("How do I <mark>descale</mark>")
    assert "These do not match your question" in html


def test_an_uncertain_search_says_so_above_the_results(renderer):
    html = renderer.render(
        "search/results.html", replace(SEARCH, verdict="maybe"), chrome=GUEST["de"]
    )

    assert html.index("Nicht sicher, aber vielleicht") < html.index('class="results"')
    assert "We have" not in html


def test_a_wrong_form_keeps_what_was_typed_and_names_the_field(renderer):
    page = ask.AskPage(c.AskForm("", "It <beeps>", "mara@", WRONG))
    html = renderer.render("ask/form.html", page, chrome=GUEST["en"])

    assert "It &lt;beeps&gt;</textarea>" in html
    assert 'value="mara@"' in html
    assert 'href="#title">Write your question in one sentence.' in html
    assert 'aria-describedby="title-hint title-error" aria-invalid="true"' in html


def test_a_textarea_keeps_a_leading_line_break(renderer):
    page = ask.AskPage(c.AskForm("Why?", "\nSecond line"))

    assert ">\n\nSecond line</textarea>" in renderer.render(
        "ask/form.html", page, chrome=GUEST["en"]
    )


def test_a_no_asks_why_and_can_be_taken_back(renderer):
    page = samples.sample_entry(vote=VoteBar("/faq/12/helpful", "no", "unclear"))
    html = renderer.render("entry/entry.html", page, chrome=GUEST["en"])

    assert html.count('type="radio" name="reason"') == 4
    assert 'value="unclear" checked' in html
    assert 'name="value" value="yes">It helped after all' in html


def test_only_a_published_entry_is_for_search_engines(renderer):
    public = renderer.render("entry/entry.html", samples.sample_entry(), chrome=GUEST["en"])
    draft = replace(samples.sample_entry(), state="draft", is_public=False)

    assert "noindex" not in public
    assert "noindex" in renderer.render("entry/entry.html", draft, chrome=GUEST["en"])


@pytest.mark.parametrize(("template", "context"), CASES)
def test_the_title_of_a_page_says_that_its_form_was_refused(renderer, template, context):
    form = getattr(context, "form", None)
    refused = bool(getattr(context, "errors", None) or getattr(form, "errors", None))

    html = renderer.render(template, context, chrome=GUEST["en"])

    assert ("<title>Error: " in html) == refused


def test_the_frame_names_nothing_that_a_page_has_a_field_for():
    tree = environment("en", lambda name: f"/static/{name}").parse(
        (FOLDER / "base.html").read_text(encoding="utf-8")
    )
    named = {one.name for one in tree.find_all(nodes.Macro)}
    named |= {
        target.name
        for one in tree.find_all(nodes.Assign)
        for target in one.find_all(nodes.Name)
        if target.ctx == "store"
    }
    for one in tree.find_all(nodes.FromImport):
        named |= {name if isinstance(name, str) else name[1] for name in one.names}
    for template, contexts in PAGES.items():
        shadowed = named & {field.name for field in fields(contexts[0])}
        assert not shadowed, f"base.html takes {shadowed} from {template}"
