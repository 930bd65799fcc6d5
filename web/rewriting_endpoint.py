"""Asks an OpenAI-compatible endpoint for one text, and believes nothing that comes back."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson

from kb.errors import InvalidInput, Unavailable
from kb.settings import Settings

MAX_ANSWER_BYTES = 256 * 1024
"""Bytes read of the endpoint's answer: many times what a draft needs."""

MAX_KEY_CHARS = 4_000

THINKING = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
"""What reasoning models put before their answer."""

FENCE = re.compile(r"\A```[a-z]*\n(.*)\n```\Z", re.DOTALL)
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where drafts are reworded; `key` is sent as a bearer token, empty for none."""

    url: str
    model: str
    timeout_s: int
    key: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """The host that gets the text, for people to read."""
        return urlsplit(self.url).netloc


def endpoint_of(settings: Settings) -> Endpoint | None:
    """The endpoint that the settings name, None where rewriting is off.

    Raises InvalidInput for an address that is none, a missing model or an unreadable key.
    """
    url = settings.rewrite_url.strip().rstrip("/")
    if not url:
        return None
    if not _is_address(url):
        raise InvalidInput(
            "KB_REWRITE_URL must be like https://llm.example.com/v1, without a key in it",
            field="KB_REWRITE_URL",
        )
    if not settings.rewrite_model:
        raise InvalidInput("KB_REWRITE_URL needs KB_REWRITE_MODEL", field="KB_REWRITE_MODEL")
    if settings.rewrite_timeout_s < 1:
        raise InvalidInput("KB_REWRITE_TIMEOUT_S must be at least 1", field="KB_REWRITE_TIMEOUT_S")
    return Endpoint(url, settings.rewrite_model, settings.rewrite_timeout_s, _key(settings))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_web and not parts.query and "@" not in parts.netloc


def _key(settings: Settings) -> str:
    key = settings.rewrite_key
    if not key and settings.rewrite_key_file is not None:
        try:
            key = settings.rewrite_key_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise InvalidInput(
                f"KB_REWRITE_KEY_FILE {settings.rewrite_key_file} cannot be read",
                field="KB_REWRITE_KEY_FILE",
            ) from problem
    key = key.strip()
    if len(key) > MAX_KEY_CHARS or not (key.isascii() and key.isprintable()):
        raise InvalidInput("the key of the endpoint is no key", field="KB_REWRITE_KEY")
    return key


def ask_endpoint(endpoint: Endpoint, messages: Sequence[dict[str, str]]) -> str:
    """The text that the endpoint answers with, without thinking, fence and unseen characters.

    Blocks for at most about the endpoint's time-out. Raises Unavailable with one line about what
    is wrong: not reachable, too slow, refused, too long, unreadable, cut off or empty. No text
    that was sent or came back is part of that line.
    """
    asked = {"model": endpoint.model, "messages": list(messages), "stream": False}
    headers = {"content-type": "application/json", "accept": "application/json"}
    if endpoint.key:
        headers["authorization"] = f"Bearer {endpoint.key}"
    try:
        status, body = _post(endpoint, orjson.dumps(asked), headers)
    except httpx2.TimeoutException as problem:
        raise _slow(endpoint) from problem
    except httpx2.HTTPError as problem:
        raise Unavailable(f"{endpoint.host} cannot be reached") from problem
    if status != 200:
        raise Unavailable(_refusal(endpoint, status))
    return _text_in(endpoint, body)


def _post(endpoint: Endpoint, asked: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
    """Return the status and the body; redirects are not followed, they lead to another host."""
    ends_at = time.monotonic() + endpoint.timeout_s
    url = f"{endpoint.url}/chat/completions"
    with (
        httpx2.Client(timeout=endpoint.timeout_s, follow_redirects=False) as client,
        client.stream("POST", url, content=asked, headers=headers) as answer,
    ):
        body = bytearray()
        for part in answer.iter_bytes():
            body += part
            if len(body) > MAX_ANSWER_BYTES:
                raise Unavailable(f"{endpoint.host} answered with more than a draft can be")
            if time.monotonic() > ends_at:
                raise _slow(endpoint)
        return answer.status_code, bytes(body)


def _slow(endpoint: Endpoint) -> Unavailable:
    return Unavailable(f"{endpoint.host} did not answer within {endpoint.timeout_s} seconds")


def _refusal(endpoint: Endpoint, status: int) -> str:
    if status in (401, 403):
        return f"{endpoint.host} refused the key ({status}): an administrator has to look at it"
    if status == 404:
        return f"{endpoint.host} has no such address or model (404): check KB_REWRITE_URL"
    if status == 429:
        return f"{endpoint.host} has too much to do (429): try again later"
    return f"{endpoint.host} answered with status {status}"


def _text_in(endpoint: Endpoint, body: bytes) -> str:
    try:
        answer: Any = orjson.loads(body)
        choice = answer["choices"][0]
        text = choice["message"]["content"]
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError) as problem:
        raise Unavailable(f"{endpoint.host} answered with something else than a text") from problem
    if not isinstance(text, str) or not isinstance(choice, dict):
        raise Unavailable(f"{endpoint.host} answered with something else than a text")
    if choice.get("finish_reason") == "length":
        raise Unavailable(f"{endpoint.host} stopped in the middle of its text")
    clean = UNSEEN.sub("", THINKING.sub("", text.replace("\r\n", "\n"))).strip()
    fenced = FENCE.match(clean)
    clean = fenced[1].strip() if fenced else clean
    if not clean:
        raise Unavailable(f"{endpoint.host} answered with an empty text")
    return clean
