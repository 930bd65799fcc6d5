"""What the pages of one's own account say, as keys of the catalogues."""

from __future__ import annotations

from collections.abc import Mapping

from web.http.messages import to_translate

NAME_WRONG = to_translate("Write the name that we may call you by, at most 120 characters.")
ADDRESS_SAME = to_translate("This is your address already.")
PASSWORD_WRONG = to_translate(
    "This is not your present password. Type it again, or choose a new one by a link."
)
LANGUAGE_WRONG = to_translate("Choose one of the languages.")
ERASE_UNTYPED = to_translate(
    "Type it exactly as shown above, so that nobody erases your account by mistake."
)
ERASE_CHOOSE = to_translate("Choose how much we erase.")
LAST_ADMIN = to_translate(
    "You are the last administrator. Make somebody else one first, then come back."
)
ADDRESS_TAKEN = to_translate("Another account has this address by now. Nothing was changed.")

NOTICES: Mapping[str, str] = {
    "name-changed": to_translate("Your name is changed."),
    "address-changed": to_translate("From now on we write to your new address."),
    "password-changed": to_translate(
        "Your new password is set. You stay signed in here and nowhere else."
    ),
    "preferences-changed": to_translate("Saved."),
    "sign-in-unlinked": to_translate("This way to sign in is gone."),
    "agreed": to_translate("Thank you. You can withdraw it here at any time."),
    "withdrawn": to_translate("Withdrawn. We no longer use your address for this."),
    "consent-mailed": to_translate(
        "We sent you an email. Your agreement counts once you follow the link in it."
    ),
    "device-ended": to_translate("This device is signed out."),
    "others-ended": to_translate("All other devices are signed out."),
}
"""What `?done=` may say on these pages."""
