"""Whatever is typed or sent as a query, no request ends in a server error."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from search.cursor import Cursor

ODD = [
    "",
    " ",
    "x" * 10_000,
    "word " * 2_000,
    '"',
    '"""',
    "'; DROP TABLE entries; --",
    "AND OR NOT NEAR(",
    "* ^ : ( ) { } [ ] - + ~ \\ /",
    "title:password",
    "product: tag: lang: type:",
    "-",
    "--password",
    '-"password reset"',
    "can't",
    "c++",
    "what?",
    "🙂🙃👩‍👩‍👧‍👦",
    "كيف أعيد تعيين كلمة المرور",
    "パスワードをリセットするには",
    "null\x00byte",
    "\u202egnirts",
    "\ufeff\u200b",
    "%00",
    "e\u0301" * 3_000,
    "<script>alert(1)</script>",
    "0x80070005 E-07 CF-1204-B",
    "-" * 500,
    "-a -b -c -d -the -password",
    '"' * 401,
    '"reset my password',
    'password" "reset" "',
    "„reset“ «my» »password«",
    'product:"',
    "product:nothing tag:nothing lang:xx type:nothing category:nothing",
    "tag:" + "x" * 5_000,
    " ".join(f"tag:{number}" for number in range(300)),
    " ".join(f'"word {number}"' for number in range(100)),
    "E-" * 400 + "07",
    "1" * 999,
    "(" * 900 + ")" * 900,
    "a" * 999 + " " + "b" * 999,
]
RAW = [
    "%00",
    "%ff%fe",
    "%c3%28",
    "%ed%a0%80",
    "%f0%28%8c%bc",
    "%",
    "%zz",
    "a%0d%0ab",
    "&&&q",
    "q=1",
]
PATHS = ["/api/v1/search", "/api/v1/suggest", "/search"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("query", ODD, ids=lambda text: ascii(text[:20]))
def test_an_odd_query_is_answered(shared, path, query):
    answered = shared.get(path, params={"q": query})

    assert answered.status_code == 200


@pytest.mark.parametrize("path", [*PATHS, "/ask"])
@pytest.mark.parametrize("raw", RAW)
def test_broken_escapes_are_answered(shared, path, raw):
    assert shared.get(f"{path}?q={raw}&title={raw}").status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_a_query_longer_than_any_text_is_refused(shared, path):
    assert shared.get(path, params={"q": "x" * 20_001}).status_code == 422


OTHERS_CURSOR = Cursor(0.5, ("entry", 10**30)).encode()
FIRST_OF_ALL = Cursor(1e300, ("", -1)).encode()


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=101", "limit"),
        (f"limit={'9' * 400}", "limit"),
        ("limit=ten", "limit"),
        ("limit=1.5", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=" + "A" * 299, "cursor"),
        ("cursor=" + "A" * 301, "cursor"),
        ("cursor=W10", "cursor"),
        ("cursor=WyJuYW4iLCJlbnRyeSIsMV0", "cursor"),
        ("cursor=W1tbW1tbW1tbW1tbW1tb", "cursor"),
        ("floor=perhaps", "floor"),
        ("explain=perhaps", "explain"),
        ("&".join(f"tag={number}" for number in range(17)), "tag"),
        ("&".join(f"lang={number}" for number in range(500)), "lang"),
    ],
    ids=lambda text: text[:20],
)
def test_a_parameter_that_cannot_be_meant_is_a_problem_that_names_it(shared, parameters, field):
    answer = shared.get(f"/api/v1/search?q=password&{parameters}")

    assert answer.status_code == 422
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert field in answer.text


@pytest.mark.parametrize(
    "parameters",
    [
        "lang=xx",
        "type=nothing",
        "product=nothing&category=nothing&tag=nothing",
        "tag=" + "x" * 5_000,
        "category=%F0%9F%99%82&category=%00&category=",
        "lang=&lang=%20",
        "nothing=else&limit=100",
        f"cursor={OTHERS_CURSOR}",
        f"cursor={FIRST_OF_ALL}",
    ],
    ids=lambda text: text[:20],
)
def test_an_unknown_value_finds_nothing_and_breaks_nothing(shared, parameters):
    answer = shared.get(f"/api/v1/search?q=password&floor=off&{parameters}")

    assert answer.status_code == 200
    found = answer.json()
    if "nothing=" in parameters or "lang=&" in parameters:
        assert found["total"] > 0
    elif "cursor" not in parameters:
        assert (found["total"], found["hits"], found["verdict"]) == (0, [], "none")
    assert shared.get(f"/search?q=password&{parameters}").status_code in (200, 422)


@pytest.mark.parametrize(
    "place", ["0", "-1", "x", "1e3", "9" * 18, "9" * 40, "%00", "%ff", "..%2f..", "١", "1.0", " 1"]
)
def test_a_place_that_names_no_entry_does_not_exist(shared, place):
    assert shared.get(f"/faq/{place}").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "locale=xx",
        "locale=de&locale=en",
        "lang=%00",
        "product=%ff&product=" + "x" * 3_000,
        "cursor=%ff",
        "cursor=x",
        "category=%00",
        "done=nothing",
    ],
)
def test_odd_parameters_of_pages_never_break_them(shared, query):
    for path in ("/", "/search", "/ask", "/sign-in"):
        # A search without words leads to the shelf that it names.
        assert shared.get(f"{path}?{query}").status_code in (200, 302, 422)


@pytest.mark.parametrize(
    "headers",
    [
        {"accept-language": "x" * 3_000},
        {"accept-language": "de;q=nan, en;q=inf, *;q=-1, ,;;q=,fr;q=é".encode()},
        {"referer": "http://[::1"},
        {"referer": "//testserver/?locale=%ff"},
        {"cookie": "kb_session=%00.é; =; ;;".encode()},
        {"cookie": "kb_session=MQ.abc.def"},
    ],
)
def test_odd_headers_never_break_a_page(shared, headers):
    assert shared.get("/", headers=headers).status_code == 200


@how(max_examples=40, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text_is_a_query(shared, text):
    escaped = quote(text, safe="", errors="surrogatepass")
    for path in PATHS:
        assert shared.get(f"{path}?q={escaped}").status_code == 200


@how(max_examples=30, deadline=None)
@given(raw=st.binary(max_size=60))
def test_any_bytes_are_a_query(shared, raw):
    for path in PATHS:
        assert shared.get(f"{path}?q={quote(raw)}").status_code == 200
