"""The operator's accent colour as a style sheet that keeps every theme readable."""

from __future__ import annotations

import math
import re

from kb.errors import InvalidInput

DEFAULT_ACCENT = "#1f5f6b"
MAX_CHROMA = 0.13
"""Above this an accent shouts, and leaves sRGB at the lightness of links."""
GREY_CHROMA = 0.02
"""Below this a colour has no hue to speak of: the accent stays grey."""


def theme_css(accent: str = DEFAULT_ACCENT) -> str:
    """The style sheet that turns the site's one accent to the given `#rrggbb` colour.

    Only hue and chroma are taken; tokens.css sets the lightness for each theme, so that no
    choice of colour can make text unreadable. Raises InvalidInput for anything else.
    """
    chroma, hue = accent_of(accent)
    return f":root {{\n  --accent-hue: {hue:.1f};\n  --accent-chroma: {chroma:.4f};\n}}\n"


def accent_of(accent: str) -> tuple[float, float]:
    """Chroma and hue (OKLCH, degrees) that the site takes from a colour; 0 and 0 for a grey.

    Raises InvalidInput for what is no `#rrggbb` colour.
    """
    chroma, hue = _chroma_and_hue(accent)
    return (0.0, 0.0) if chroma < GREY_CHROMA else (min(chroma, MAX_CHROMA), hue)


def _chroma_and_hue(colour: str) -> tuple[float, float]:
    """OKLCH chroma and hue (degrees, 0 to 360) of an sRGB colour.

    Source: Ottosson, "A perceptual color space for image processing", 2020.
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise InvalidInput(f"KB_ACCENT must be a colour like #1f5f6b, got {colour!r}")
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
