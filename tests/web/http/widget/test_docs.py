"""What docs/widget.md tells other people to run does run."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.web.http.widget.conftest import HELP, SHOP, from_shop

DOCS = Path(__file__).parents[4] / "docs" / "widget.md"
EMAIL = "mara@example.com"
CONFIG = "/api/v1/widget/config"


def example(language, name):
    """The code block of a language that has a name in it, for the sites of these tests."""
    blocks = re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    found = next(block for block in blocks if name in block)
    return found.replace("https://www.example.com", SHOP).replace("https://help.example.com", HELP)


def test_the_python_example_signs_a_token_that_holds(site, secret):
    names = {}
    exec(example("python", "member_token"), names)
    token = names["member_token"](secret, "17", EMAIL, ["partner"])

    assert site.get(CONFIG, headers=from_shop(token)).json()["email"] == EMAIL


@pytest.mark.skipif(shutil.which("node") is None, reason="the example for Node needs node")
def test_the_node_example_signs_a_token_that_holds(site, secret):
    call = f"console.log(memberToken({secret!r}, '17', {EMAIL!r}, ['partner']))"
    run = subprocess.run(
        ["node", "-e", example("js", "memberToken(secret") + call],
        capture_output=True,
        text=True,
        check=True,
    )

    assert site.get(CONFIG, headers=from_shop(run.stdout.strip())).json()["email"] == EMAIL


def test_every_attribute_and_event_is_described():
    script = "".join(
        path.read_text(encoding="utf-8")
        for path in (DOCS.parents[1] / "web/http/static/widget").glob("*.js")
    )
    told = DOCS.read_text(encoding="utf-8")
    attributes = {
        "data-" + re.sub("[A-Z]", lambda capital: f"-{capital[0].lower()}", name)
        for name in re.findall(r"\bdata\.([a-zA-Z]+)", script)
    }
    events = {f"kundig:{name}" for name in re.findall(r'tell\("([a-z]+)"', script)}

    assert attributes
    assert events
    assert {name for name in attributes | events if name not in told} == set()
