"""What the administrators' pages about people say, as keys of the catalogues."""

from __future__ import annotations

from web.http.messages import to_translate

ADDRESS_TAKEN = to_translate(
    "There is an account with this address already. Look for it among the accounts."
)
ADDRESS_NEEDED = to_translate("Write the address that the invitation goes to.")
LAST_ADMIN = to_translate(
    "Nobody could administer this site any more. Make somebody else an administrator first."
)
NAME_UNTYPED = to_translate("Type the name exactly as shown above. Nothing was erased.")
GROUP_UNKNOWN = to_translate("This group no longer exists. Choose another one.")
GROUP_NAME_WRONG = to_translate(
    "Write one word of lower-case letters, digits, dots and dashes; not public, members or "
    "internal."
)
GROUP_TAKEN = to_translate("There is a group with this name already. Choose another name.")
GROUP_USED = to_translate("Accounts or entries use this group. Take them out of it first.")
LABEL_TOO_LONG = to_translate("Shorten the label to 80 characters.")
KEY_ACCOUNT_UNKNOWN = to_translate(
    "There is no account with this name or address. Check how it is written."
)
KEY_NAME_MISSING = to_translate("Write what the key is for, in at most 80 characters.")
KEY_SCOPES_MISSING = to_translate("Tick at least one thing that the key may do.")

ACCOUNT_INVITED = to_translate("Account added. The invitation is on its way.")
ACCOUNT_SAVED = to_translate("Saved.")
ACCOUNT_DISABLED = to_translate(
    "Account disabled. Its sessions have ended and its keys no longer work."
)
ACCOUNT_ENABLED = to_translate("Account enabled again.")
ACCOUNT_ERASED = to_translate("Erased. What the team decided stays, under a number.")
ACCOUNT_SIGNED_OUT = to_translate("Signed out everywhere.")
LINK_SENT = to_translate("The link is on its way.")
SIGN_UP_OPEN = to_translate("Anybody may sign up now.")
SIGN_UP_CLOSED = to_translate("Only administrators add accounts now.")
GROUP_ADDED = to_translate("Group added.")
GROUP_RENAMED = to_translate("Label changed.")
GROUP_REMOVED = to_translate("Group removed.")
KEY_REVOKED = to_translate("Key revoked. Whatever used it is refused from now on.")

NOTICES = {
    "account-invited": ACCOUNT_INVITED,
    "account-saved": ACCOUNT_SAVED,
    "account-disabled": ACCOUNT_DISABLED,
    "account-enabled": ACCOUNT_ENABLED,
    "account-erased": ACCOUNT_ERASED,
    "account-signed-out": ACCOUNT_SIGNED_OUT,
    "link-sent": LINK_SENT,
    "sign-up-open": SIGN_UP_OPEN,
    "sign-up-closed": SIGN_UP_CLOSED,
    "group-added": GROUP_ADDED,
    "group-renamed": GROUP_RENAMED,
    "group-removed": GROUP_REMOVED,
    "key-revoked": KEY_REVOKED,
}
"""What `?done=` may say on these pages."""

DEEDS = {
    "add": to_translate("added"),
    "change role": to_translate("role changed"),
    "change groups": to_translate("groups changed"),
    "disable": to_translate("disabled"),
    "enable": to_translate("enabled"),
    "confirm address": to_translate("address confirmed"),
    "set password": to_translate("password set"),
    "link": to_translate("linked to the company's sign-in"),
    "add key": to_translate("API key made"),
    "send link": to_translate("link for a password made"),
    "sign out": to_translate("signed out everywhere"),
}
"""What was done to an account; an action that is not here is shown as it is recorded."""
