"""The pages of signing in and of what belongs to an account."""

from web.http.pages.account import (
    consents,
    devices,
    my_data,
    passwords,
    profile,
    sign_in,
    sign_up,
    single_sign_on,
    watches,
)

PAGES = (sign_up, sign_in, passwords, single_sign_on, profile, consents, my_data, devices, watches)
