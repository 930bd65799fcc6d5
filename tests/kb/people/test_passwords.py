"""Which passwords are taken, what is stored of them, and how browsers are called."""

from __future__ import annotations

import pytest

from kb.people.devices import device_name, device_parts
from kb.people.passwords import Cost, Passwords, Weakness, WeakPassword, check_password

KNOWN = ("Mara Lind", "m.lind@shop-house.example", "Help at Alba")
CHEAP = Passwords(Cost(memory_kib=8, passes=1))


@pytest.mark.parametrize(
    "password",
    [
        "four warm brown loaves",
        "xkcd correct horse",
        "  spaces count  ",
        "пароль из слов",
        "日本語のパスワードです",
        "mara has a dog",
        "x" * 124 + "abcd",
        "0x7f!aQ-zz",
    ],
)
def test_a_long_password_is_taken_whatever_it_is_made_of(password: str) -> None:
    check_password(password, known=KNOWN)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", Weakness.SHORT),
        ("ninechars", Weakness.SHORT),
        ("x" * 125 + "abcd", Weakness.LONG),
        ("aaaaaaaaaaaa", Weakness.COMMON),
        ("ababababab", Weakness.COMMON),
        ("Password123", Weakness.COMMON),
        ("PASSWORT123", Weakness.COMMON),
        ("maralind1234", Weakness.PERSONAL),
        ("m.lind@shop-house.example", Weakness.PERSONAL),
        ("Shop-House1", Weakness.PERSONAL),
        ("alba20262027", Weakness.PERSONAL),
    ],
)
def test_what_is_tried_first_is_refused(password: str, why: Weakness) -> None:
    with pytest.raises(WeakPassword) as refused:
        check_password(password, known=KNOWN)
    assert refused.value.why is why
    assert refused.value.field == "password"


def test_a_password_fits_its_hash_alone() -> None:
    stored = CHEAP.hash("four warm brown loaves")

    assert stored.startswith("$argon2id$")
    assert "loaves" not in stored
    assert CHEAP.hash("four warm brown loaves") != stored
    assert CHEAP.fits("four warm brown loaves", stored)
    assert not CHEAP.fits("four warm brown loave", stored)
    assert not CHEAP.fits("four warm brown loaves" + "x" * 2000, stored)
    assert not CHEAP.fits("the password of nobody", None)
    assert not CHEAP.fits("anything", "no hash")


def test_the_same_keys_fit_however_a_keyboard_writes_them() -> None:
    assert CHEAP.fits("zwo\u0308lf nu\u0308sse", CHEAP.hash("zw\u00f6lf n\u00fcsse"))


def test_a_hash_of_another_cost_is_outdated() -> None:
    stored = CHEAP.hash("four warm brown loaves")

    assert not CHEAP.is_outdated(stored)
    assert Passwords(Cost(memory_kib=16, passes=1)).is_outdated(stored)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0",
            "Firefox on Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, "
            "like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Chrome/126.0.0.0 Safari/537.36",
            "Chrome on Linux",
        ),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_called_in_plain_words(agent: str, name: str) -> None:
    assert device_name(agent) == name
    assert "".join(device_parts(name)) == name.replace(" on ", "")
