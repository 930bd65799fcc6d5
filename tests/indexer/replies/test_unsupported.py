import pytest

from indexer.replies.unsupported import MAX_SHOWN, unsupported_facts

REPLIES = [
    "Open Settings > General and hold the power button for ten seconds, see https://x.example/help.",
    "Use the descaler CD-3011. It takes 35 minutes at 60 °C and costs 4,90 Euro.",
]


@pytest.mark.parametrize(
    "text",
    [
        "1. Open **Settings**.\n2. Choose *General*.\n3. Hold the power button for 10 seconds.",
        "It takes 35 minutes with CD-3011, at 60 °C.",
        "Open Settings > General.",
        "It costs 4.90 euros.",
        "Read https://x.example/help or x.example/help.",
        "Descale it. Then wait for it.",
        "",
    ],
)
def test_what_the_replies_say_in_other_words_is_supported(text):
    assert unsupported_facts(text, REPLIES) == ()


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("It takes 45 minutes.", ("45 minutes",)),
        ("Hold it for 10 minutes.", ("10 minutes",)),
        ("Hold it for three seconds.", ("three seconds",)),
        ("Use CD-3012.", ("CD-3012",)),
        ("You need version v115.2 of it.", ("v115",)),
        ("Open Settings > Privacy.", ("Privacy",)),
        ("Press **Reset all** there.", ("Reset all",)),
        ("Type `sudo reset` there.", ("sudo reset",)),
        ("Press “Factory reset” there.", ("Factory reset",)),
        ("Drücken Sie „Zurücksetzen“ und warten Sie 5 Minuten.", ("Zurücksetzen", "5 Minuten")),
        ("Turn off Bluetooth first.", ("Bluetooth",)),
        ("See https://evil.example/x.", ("https://evil.example/x",)),
        ("Write to help@evil.example.", ("help@evil.example",)),
        ("It is 95 % sure.", ("95 %",)),
    ],
)
def test_what_stands_in_no_reply_is_named(text, facts):
    assert unsupported_facts(text, REPLIES) == facts


def test_facts_come_in_the_order_of_the_text_and_once():
    text = "Press **Reset**, wait 45 minutes, press **Reset**, wait 45 minutes, see a.example/b."
    assert unsupported_facts(text, REPLIES) == ("Reset", "45 minutes", "a.example/b")


def test_no_more_are_named_than_anybody_reads():
    text = " ".join(f"Wait {n} minutes." for n in range(100, 200))
    assert len(unsupported_facts(text, REPLIES)) == MAX_SHOWN


@pytest.mark.parametrize(
    "text", ["x" * 50_000, "> " * 5_000, "a > " * 5_000, "1 " * 5_000, "*" * 9_000]
)
def test_long_odd_texts_are_read_in_time(text):
    assert len(unsupported_facts(text, REPLIES)) <= MAX_SHOWN
