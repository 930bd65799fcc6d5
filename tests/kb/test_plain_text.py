from __future__ import annotations

from kb.plain_text import markdown_to_text

ANSWER = """# Descaling

Take the *AquaSoft* filter out, see [the manual](https://example.com/manual.pdf).

1. Fill the tank
   with water.
2. Press **Start**.

| code | meaning |
| --- | --- |
| E-07 | no water |

```
reset --all
```

![the orange drop](drop.png)
"""


def test_markup_goes_and_every_word_stays():
    assert markdown_to_text(ANSWER).splitlines() == [
        "Descaling",
        "Take the AquaSoft filter out, see the manual.",
        "Fill the tank with water.",
        "Press Start.",
        "code",
        "meaning",
        "E-07",
        "no water",
        "reset --all",
        "the orange drop",
    ]


def test_html_is_text_like_any_other_and_never_lost():
    assert markdown_to_text("Press <b>Start</b> & wait") == "Press <b>Start</b> & wait"


def test_nothing_gives_nothing():
    assert markdown_to_text("  \n\n") == ""
