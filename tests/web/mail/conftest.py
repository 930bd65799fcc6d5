import pytest

from tests.web.mail.smtp_server import Inbox, running


@pytest.fixture
def inbox():
    """A mail server that runs."""
    with running(Inbox()) as found:
        yield found
