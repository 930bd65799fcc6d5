"""What the pages around following say, as keys of the catalogues."""

from __future__ import annotations

from web.http.messages import to_translate

FOLLOWED = to_translate("You follow this now. News comes by email.")
UNFOLLOWED = to_translate("You do not follow this any more.")
FREQUENCY_SET = to_translate("Saved. The next email comes in the new rhythm.")
ADDRESS_UNREADABLE = to_translate("Write your email address like name@example.com.")
TOO_MANY = to_translate("You follow 500 things already. Stop following one of them first.")

NOTICES = {
    "followed": FOLLOWED,
    "unfollowed": UNFOLLOWED,
    "rhythm": FREQUENCY_SET,
}
"""What `?done=` may say."""
