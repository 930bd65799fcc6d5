from __future__ import annotations

import pytest

from kb.access import (
    GUEST,
    OPERATOR,
    Role,
    Scope,
    Viewer,
    is_audience,
    may_administer,
    may_ask,
    may_edit,
    may_read,
)

CUSTOMER = Viewer(role=Role.CUSTOMER, groups=frozenset({"partner"}))
AGENT = Viewer(role=Role.AGENT)
READS_ONLY = Viewer(role=Role.ADMIN, scopes=frozenset({Scope.READ}))


@pytest.mark.parametrize(
    ("viewer", "audience", "allowed"),
    [
        (GUEST, "public", True),
        (GUEST, "members", False),
        (GUEST, "partner", False),
        (GUEST, "internal", False),
        (CUSTOMER, "members", True),
        (CUSTOMER, "partner", True),
        (CUSTOMER, "business", False),
        (CUSTOMER, "internal", False),
        (AGENT, "internal", True),
        (AGENT, "partner", True),
        (READS_ONLY, "members", True),
        (READS_ONLY, "internal", False),
        (READS_ONLY, "partner", False),
    ],
)
def test_each_audience_is_read_by_those_it_is_for(viewer, audience, allowed):
    assert may_read(viewer, audience) is allowed


def test_a_guest_who_claims_a_group_still_reads_only_what_is_public():
    assert not may_read(Viewer(groups=frozenset({"partner"})), "partner")


def test_staff_edit_and_customers_do_not():
    assert may_edit(AGENT)
    assert not may_edit(CUSTOMER)


def test_a_scope_narrows_what_a_role_may_do():
    reads_only = Viewer(role=Role.ADMIN, scopes=frozenset({Scope.READ}))

    assert not may_edit(reads_only)
    assert not may_ask(reads_only)
    assert not may_administer(reads_only)
    assert not may_read(reads_only, "internal")


def test_a_scope_never_widens_a_role():
    assert not may_administer(Viewer(role=Role.CUSTOMER, scopes=frozenset(Scope)))


def test_the_operator_may_do_everything():
    assert may_edit(OPERATOR)
    assert may_administer(OPERATOR)


@pytest.mark.parametrize(
    ("word", "fits"),
    [("public", True), ("dealers-eu", True), ("", False), ("Dealers", False), ("two words", False)],
)
def test_an_audience_is_one_short_lower_case_word(word, fits):
    assert is_audience(word) is fits
