"""The company's own pages on imprint and privacy are a click away from everywhere, where set."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from kb.errors import InvalidInput
from kb.settings import Settings
from web.http.app import create_app
from web.http.site_settings import check_site_settings

IMPRINT = "https://caldrosa.example.com/imprint"
PRIVACY = "https://caldrosa.example.com/privacy?from=help&at=foot"
SHOWN = PRIVACY.replace("&", "&amp;")


def test_every_page_leads_there_and_forms_that_ask_for_an_address_too(settings: Settings) -> None:
    with TestClient(
        create_app(replace(settings, imprint_url=IMPRINT, privacy_url=PRIVACY))
    ) as site:
        for path in ("/", "/search?q=kettle", "/nothing-here", "/sign-in?locale=de"):
            footer = site.get(path, headers={"accept": "text/html"}).text.split("<footer")[1]
            assert f'href="{IMPRINT}"' in footer
            assert f'href="{SHOWN}"' in footer
        for path in ("/ask", "/sign-up"):
            main = site.get(path).text.split("<main")[1].split("<footer")[0]
            assert f'href="{SHOWN}"' in main


def test_a_site_without_such_pages_has_no_empty_links(client: TestClient) -> None:
    page = client.get("/ask").text

    assert "Imprint" not in page
    assert "How we handle" not in page


@pytest.mark.parametrize("name", ["imprint_url", "privacy_url"])
@pytest.mark.parametrize(
    "url", ["/imprint", "caldrosa.example.com", "javascript:alert(1)", "https:", "https://[::1"]
)
def test_an_address_that_leads_nowhere_keeps_the_site_from_starting(
    settings: Settings, name: str, url: str
) -> None:
    with pytest.raises(InvalidInput, match=f"KB_{name.upper()} must be a whole address"):
        check_site_settings(replace(settings, **{name: url}))  # type: ignore[arg-type]
