"""The endpoint's client believes nothing: every odd answer is one clear line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.errors import InvalidInput, Unavailable
from kb.settings import Settings
from tests.web.stub_endpoint import stub_endpoint
from web.rewriting_endpoint import MAX_ANSWER_BYTES, Endpoint, ask_endpoint, endpoint_of

ASKED = [{"role": "user", "content": "Reword it."}]


@pytest.fixture
def stub(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with stub_endpoint() as running:
        yield running


@pytest.fixture
def endpoint(stub):
    return Endpoint(stub.url, "small-1", timeout_s=10, key="k-123")


def test_the_text_comes_back_and_the_endpoint_gets_model_messages_and_key(stub, endpoint):
    assert ask_endpoint(endpoint, ASKED) == "Hold the power button for 10 seconds."
    (body,) = stub.bodies
    assert body["path"] == "/v1/chat/completions"
    assert (body["model"], body["messages"], body["stream"]) == ("small-1", ASKED, False)
    assert stub.keys == ["Bearer k-123"]


def test_without_a_key_none_is_sent(stub, endpoint):
    ask_endpoint(replace(endpoint, key=""), ASKED)
    assert stub.keys == [None]


@pytest.mark.parametrize(
    "text",
    [
        "<think>They want it short.</think>\n\nPress it.",
        "```markdown\nPress it.\n```",
        "\ufeff Press it.\u200b\x07 ",
    ],
)
def test_thinking_fences_and_unseen_characters_are_left_out(stub, endpoint, text):
    stub.text = text
    assert ask_endpoint(endpoint, ASKED) == "Press it."


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, "refused the key"),
        (403, "refused the key"),
        (404, "no such address"),
        (429, "too much to do"),
        (500, "status 500"),
        (307, "status 307"),
    ],
)
def test_a_refusal_is_told_in_one_line_and_a_redirect_is_not_followed(stub, endpoint, status, told):
    stub.status = status
    with pytest.raises(Unavailable, match=told) as refused:
        ask_endpoint(endpoint, ASKED)
    assert "\n" not in str(refused.value)
    assert "k-123" not in str(refused.value)
    assert len(stub.bodies) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>gateway</html>",
        b"[]",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {}}]}',
        b'{"choices": [{"message": {"content": null}}]}',
        b'{"choices": [{"message": {"content": 7}}]}',
        b'{"choices": {"0": 1}}',
        b"\xff\xfe",
    ],
)
def test_what_is_no_text_is_refused(stub, endpoint, raw):
    stub.raw = raw
    with pytest.raises(Unavailable, match="something else than a text"):
        ask_endpoint(endpoint, ASKED)


@pytest.mark.parametrize("text", ["", " \n ", "<think>hm</think>", "```\n\n```"])
def test_an_empty_text_is_refused(stub, endpoint, text):
    stub.text = text
    with pytest.raises(Unavailable, match="empty text"):
        ask_endpoint(endpoint, ASKED)


def test_a_text_that_was_cut_off_is_refused(stub, endpoint):
    stub.finish_reason = "length"
    with pytest.raises(Unavailable, match="stopped in the middle"):
        ask_endpoint(endpoint, ASKED)


def test_more_than_a_draft_can_be_is_not_read(stub, endpoint):
    stub.raw = b" " * (MAX_ANSWER_BYTES + 1)
    with pytest.raises(Unavailable, match="more than a draft can be"):
        ask_endpoint(endpoint, ASKED)


def test_a_slow_endpoint_is_given_up(stub, endpoint):
    stub.wait_s = 1.6
    with pytest.raises(Unavailable, match="did not answer within 1 seconds"):
        ask_endpoint(replace(endpoint, timeout_s=1), ASKED)


def test_an_endpoint_that_is_down_cannot_be_reached(stub, endpoint):
    with pytest.raises(Unavailable, match="cannot be reached"):
        ask_endpoint(replace(endpoint, url="http://127.0.0.1:9/v1"), ASKED)


def test_without_an_address_there_is_no_endpoint():
    assert endpoint_of(Settings(rewrite_model="m", rewrite_key="k")) is None


def test_the_key_may_stand_in_a_file_and_is_never_shown(tmp_path):
    (tmp_path / "key").write_text("from-file\n")
    settings = Settings(
        rewrite_url="https://llm.example.com/v1/",
        rewrite_model="m",
        rewrite_key_file=tmp_path / "key",
    )
    endpoint = endpoint_of(settings)
    assert (endpoint.url, endpoint.host) == ("https://llm.example.com/v1", "llm.example.com")
    assert endpoint.key == "from-file"
    assert "from-file" not in repr(endpoint)
    assert "hush" not in repr(replace(settings, rewrite_key="hush"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"rewrite_url": "llm.example.com"},
        {"rewrite_url": "http://[::1"},
        {"rewrite_url": "ftp://llm.example.com/v1"},
        {"rewrite_url": "https://key@llm.example.com/v1"},
        {"rewrite_url": "https://llm.example.com/v1?key=k"},
        {"rewrite_model": ""},
        {"rewrite_timeout_s": 0},
        {"rewrite_key": "two\nlines"},
        {"rewrite_key": "schlüssel"},
        {"rewrite_key_file": "nowhere"},
    ],
)
def test_settings_that_cannot_work_are_refused_at_the_start(wrong, tmp_path):
    right = {"rewrite_url": "https://llm.example.com/v1", "rewrite_model": "m"}
    if "rewrite_key_file" in wrong:
        wrong = {"rewrite_key_file": tmp_path / "nowhere"}
    with pytest.raises(InvalidInput, match=r"KB_REWRITE|no key"):
        endpoint_of(Settings(**(right | wrong)))
