"""The accent colour for mail programs, which know neither custom properties nor OKLCH."""

from __future__ import annotations

import math
from dataclasses import dataclass

from web.http.theme import DEFAULT_ACCENT, accent_of

LINK_LIGHTNESS = 0.45
"""Dark enough for 4.5:1 on white, and under white text, whatever the hue."""

DARK_LINK_LIGHTNESS = 0.8
"""Light enough for 4.5:1 on the dark ground, whatever the hue."""


@dataclass(frozen=True, slots=True)
class MailColours:
    """The accent as `#rrggbb`: for links and buttons on light ground, for links on dark."""

    link: str
    dark_link: str


def mail_colours(accent: str) -> MailColours:
    """The colours of mails for the operator's accent; raises InvalidInput like `theme_css`."""
    chroma, hue = accent_of(accent or DEFAULT_ACCENT)
    return MailColours(
        hex_colour(LINK_LIGHTNESS, chroma, hue), hex_colour(DARK_LINK_LIGHTNESS, chroma, hue)
    )


def hex_colour(lightness: float, chroma: float, hue: float) -> str:
    """An OKLCH colour (lightness 0 to 1, hue in degrees) as `#rrggbb`, clipped into sRGB.

    Source: Ottosson, "A perceptual color space for image processing", 2020.
    """
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(one)):02x}" for one in channels)


def _gamma(channel: float) -> float:
    clipped = min(max(channel, 0.0), 1.0)
    return 12.92 * clipped if clipped <= 0.0031308 else 1.055 * clipped ** (1 / 2.4) - 0.055
