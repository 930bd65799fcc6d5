"""Whatever accent an operator chooses, text stays readable in every theme."""

import math
import re

import pytest

from kb.errors import InvalidInput
from web.http.assets import FOLDER
from web.http.theme import MAX_CHROMA, theme_css

TEXT = [
    ("ink", "paper"),
    ("ink", "paper-sunken"),
    ("ink", "paper-raised"),
    ("ink", "accent-wash"),
    ("ink-soft", "paper"),
    ("ink-soft", "paper-sunken"),
    ("ink-soft", "accent-wash"),
    ("ink-faint", "paper"),
    ("ink-faint", "paper-sunken"),
    ("ink-faint", "paper-raised"),
    ("accent", "paper"),
    ("accent-strong", "accent-wash"),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
    ("good", "good-wash"),
    ("careful", "careful-wash"),
    ("bad", "bad-wash"),
    ("bad", "paper"),
    ("careful", "paper"),
]
CONTROLS = [("control-line", "paper"), ("control-line", "paper-raised"), ("focus", "paper")]
THEMES = ["light", "dark", "light more", "dark more"]


def theme(name):
    """The tokens of one theme, later blocks over earlier ones, as the cascade does."""
    light, dark, more, both = re.split(
        r"@media[^{]+\{",
        (FOLDER / "tokens.css").read_text(encoding="utf-8").split("@media (prefers-reduced")[0],
    )
    blocks = {
        "light": [light],
        "dark": [light, dark],
        "light more": [light, more],
        "dark more": [light, dark, more, both],
    }[name]
    tokens = {}
    for block in blocks:
        tokens |= re.findall(r"--([a-z-]+): oklch\(([^;]+)\);", block)
    return tokens


def luminance(value, chroma, hue):
    """Relative luminance (WCAG 2) of an `oklch()` token, clipped to sRGB."""
    lightness, rest = value.split("%", 1)
    rest = rest.replace("var(--accent-chroma)", str(chroma)).replace("var(--accent-hue)", str(hue))
    rest = re.sub(r"calc\(([\d.]+) \* ([\d.]+)\)", lambda m: str(float(m[1]) * float(m[2])), rest)
    rest = re.sub(r"max\(([\d.]+), ([\d.]+)\)", lambda m: max(m[1], m[2], key=float), rest)
    c, h = (float(part) for part in rest.split())
    a, b = c * math.cos(math.radians(h)), c * math.sin(math.radians(h))
    light = float(lightness) / 100
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    rgb = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    red, green, blue = (min(max(channel, 0), 1) for channel in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    bright, dark = max(one, other), min(one, other)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("chroma", [0, 0.065, MAX_CHROMA])
def test_text_has_a_contrast_of_four_and_a_half_for_every_hue(name, chroma):
    tokens = theme(name)
    weak = [
        (front, ground, hue)
        for hue in range(0, 360, 15)
        for pairs, least in ((TEXT, 4.5), (CONTROLS, 3.0))
        for front, ground in pairs
        if contrast(*(luminance(tokens[each], chroma, hue) for each in (front, ground))) < least
    ]

    assert weak == []


def test_every_theme_has_the_same_names():
    assert all(theme(name).keys() == theme("light").keys() for name in THEMES)


def test_the_accent_becomes_hue_and_chroma():
    assert theme_css("#ff0000") == (
        f":root {{\n  --accent-hue: 29.2;\n  --accent-chroma: {MAX_CHROMA:.4f};\n}}\n"
    )
    assert "--accent-chroma: 0.0000" in theme_css("#808080")


@pytest.mark.parametrize("accent", ["red", "#fff", "#12345g", "", "#112233;} body{"])
def test_what_is_no_colour_is_refused(accent):
    with pytest.raises(InvalidInput, match="colour like #1f5f6b"):
        theme_css(accent)
