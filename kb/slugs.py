"""Names as they stand in addresses and filters."""

from __future__ import annotations

import re
import unicodedata

SLUG_CHARS = 60
GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


def slugify(name: str) -> str:
    """The name as lower-case ASCII words joined by hyphens, at most 60 characters.

    A name without any Latin letter or digit gives "".
    """
    folded = unicodedata.normalize("NFC", name).lower().translate(GERMAN)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:SLUG_CHARS]
        if len(longer) > SLUG_CHARS:
            break
        slug = longer
    return slug
