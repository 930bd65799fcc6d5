"""What the pages of asking say, as keys of the catalogues."""

from __future__ import annotations

from web.http.messages import to_translate

TITLE_MISSING = to_translate("Write your question in one sentence.")
TITLE_TOO_LONG = to_translate("Shorten your question to 300 characters; the rest fits below.")
BODY_TOO_LONG = to_translate("Shorten what happened to 20,000 characters.")
EMAIL_MISSING = to_translate("Write your email address, so that we can answer you.")
EMAIL_UNREADABLE = to_translate("Write the email address like name@example.com.")
PRODUCT_UNKNOWN = to_translate("Choose a product from the list.")
TOO_FAST = to_translate("That was quick. Please check your question once more and send it again.")
TOO_MANY_LINKS = to_translate("Leave out some of the links: 8 are the most.")
NO_ROOM = to_translate(
    "We cannot take files of guests at the moment. Send your question without them, or sign in."
)
TOO_OFTEN = to_translate(
    "These were many questions in a short time. Nothing is lost: wait a few minutes and send it "
    "again."
)
REPLY_MISSING = to_translate("Write something before you send it.")
REPLY_TOO_LONG = to_translate("Shorten the text to 20,000 characters.")

ADDED = to_translate("Added. We read it, and answer here.")
SOLVED = to_translate("Thank you. Good to know that it is solved.")
CONFIRMED = to_translate("Confirmed. Your question is with us now.")
ANSWERED = to_translate("Reply sent. The asker gets it by email.")
ANSWERED_WITHOUT_MAIL = to_translate("Reply saved. The asker sees it here; no email was sent.")
STATE_CHANGED = to_translate("The state was changed.")
MAILED_AGAIN = to_translate("We sent the email again. Please also look in your spam folder.")
KEPT = to_translate("This question is in your account now.")
