"""People and contents that the tests of the record share."""

from __future__ import annotations

import pytest

from kb.access import GUEST, Role, Viewer
from kb.entries import EntryContent

AGENT = Viewer(role=Role.AGENT, account_id=1, name="Ada")
CUSTOMER = Viewer(role=Role.CUSTOMER, account_id=2, name="Carl")


@pytest.fixture
def agent() -> Viewer:
    return AGENT


@pytest.fixture
def customer() -> Viewer:
    return CUSTOMER


@pytest.fixture
def guest() -> Viewer:
    return GUEST


@pytest.fixture
def content() -> EntryContent:
    return EntryContent(title="How do I reset my password?", answer="Use the *forgot* link.")
