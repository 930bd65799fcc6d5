"""The pages of signing in and of what belongs to an account."""

from web.http.pages.account import (
    consents,
    devices,
    my_data,
    own_address,
    own_password,
    passwords,
    presence,
    profile,
    sign_in,
    sign_up,
    single_sign_on,
    unsubscribing,
    watches,
)

PAGES = (
    sign_up,
    sign_in,
    passwords,
    single_sign_on,
    profile,
    own_address,
    own_password,
    presence,
    consents,
    my_data,
    devices,
    watches,
    unsubscribing,
)
