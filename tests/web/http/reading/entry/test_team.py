"""The team puts files on entries and pins them; everybody else is refused."""

import pytest

from kb.access import OPERATOR, Role, Scope
from kb.store.attachments.files import attachments_of
from kb.store.audit import Subject, audit_of
from kb.store.engine import reading
from kb.store.entries.pins import is_pinned
from tests.kb.files_given import PDF, WINDOWS_PROGRAM, picture
from tests.web.http.conftest import bearer


def files_of(engine, entry_id):
    with reading(engine) as conn:
        return attachments_of(conn, "entry", [entry_id])[entry_id]


def upload(client, entry_id, files, headers=None, **data):
    given = [("files", one) for one in files]
    return client.post(f"/faq/{entry_id}/files", files=given, data=data, headers=headers)


def test_an_agent_adds_a_file_and_takes_it_off(client, write, site_engine, agent):
    entry_id = write()
    added = upload(client, entry_id, [("a.pdf", PDF)], agent, label=" All of it ")
    [file] = files_of(site_engine, entry_id)

    assert added.status_code == 303
    assert added.headers["location"].endswith("#entry-files")
    assert (file.name, file.label) == ("a.pdf", "All of it")

    gone = client.post(f"/faq/{entry_id}/files/{file.id}/remove", headers=agent)
    assert gone.status_code == 303
    assert files_of(site_engine, entry_id) == []
    with reading(site_engine) as conn:
        actions = [one.action for one in audit_of(conn, Subject("entry", entry_id))]
    assert actions == ["remove file", "add file"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("setup.pdf", WINDOWS_PROGRAM)], "setup.pdf is or holds a program."),
        ([("empty.pdf", b"")], "empty.pdf is empty."),
        ([("good.png", picture()), ("bad.svg", b"<svg/>")], "bad.svg is a web page"),
        ([(f"{n}.txt", b"words") for n in range(6)], "Choose at most 5 files at once."),
        ([], "Choose a file."),
    ],
)
def test_a_refused_file_says_why_and_nothing_is_stored(
    client, write, site_engine, agent, files, said
):
    entry_id = write()
    refused = upload(client, entry_id, files, agent, label="My words")

    assert refused.status_code == 422
    assert said in refused.text
    assert 'value="My words"' in refused.text
    assert 'href="#files"' in refused.text
    assert files_of(site_engine, entry_id) == []


def test_an_empty_field_as_browsers_send_it_is_no_file(client, write, agent):
    body = (
        b'--x\r\ncontent-disposition: form-data; name="files"; filename=""\r\n'
        b"content-type: application/octet-stream\r\n\r\n\r\n"
        b'--x\r\ncontent-disposition: form-data; name="label"\r\n\r\nMy words\r\n--x--\r\n'
    )
    headers = agent | {"content-type": "multipart/form-data; boundary=x"}
    refused = client.post(f"/faq/{write()}/files", content=body, headers=headers)

    assert refused.status_code == 422
    assert "Choose a file." in refused.text
    assert "My words" in refused.text


def test_a_label_that_is_too_long_is_refused_and_kept(client, write, agent):
    refused = upload(client, write(), [("a.pdf", PDF)], agent, label="x" * 201)

    assert refused.status_code == 422
    assert "x" * 201 in refused.text


def test_the_refusal_is_in_the_readers_language(client, write, agent):
    refused = client.post(
        f"/faq/{write()}/files?locale=de", files=[("files", ("a.txt", b""))], headers=agent
    )

    assert "a.txt ist leer." in refused.text


def test_a_body_over_the_limit_is_refused_before_it_is_read(client, write, agent):
    headers = agent | {"content-length": str(60_000_000)}

    assert client.post(f"/faq/{write()}/files", headers=headers).status_code == 413


def test_nobody_else_changes_files_or_pins(client, write, add, make_key, site_engine):
    entry_id = write()
    file = add("entry", entry_id)
    customer = bearer(make_key(Role.CUSTOMER))
    reader = bearer(make_key(Role.AGENT, Scope.READ))

    for headers, status in ((None, 303), (customer, 403), (reader, 403)):
        assert upload(client, entry_id, [("a.pdf", PDF)], headers).status_code == status
        for part in (f"files/{file.id}/remove", "pin", "unpin"):
            assert client.post(f"/faq/{entry_id}/{part}", headers=headers).status_code == status
        api = f"/api/v1/entries/{entry_id}/attachments"
        refused = 401 if headers is None else 403
        sent = client.post(api, files={"file": ("a.pdf", PDF)}, headers=headers)
        assert sent.status_code == refused
        assert client.delete(f"{api}/{file.id}", headers=headers).status_code == refused
    assert files_of(site_engine, entry_id) == [file]


def test_a_file_of_another_entry_is_not_taken_off(client, write, add, agent, site_engine):
    entry_id, other_id = write(), write()
    file = add("entry", other_id)

    assert client.post(f"/faq/{entry_id}/files/{file.id}/remove", headers=agent).status_code == 404
    api = f"/api/v1/entries/{entry_id}/attachments/{file.id}"
    assert client.delete(api, headers=agent).status_code == 404
    assert files_of(site_engine, other_id) == [file]


def test_an_entry_is_pinned_and_the_page_says_so(client, write, agent, site_engine):
    entry_id = write()

    assert client.post(f"/faq/{entry_id}/pin", headers=agent).status_code == 303
    with reading(site_engine) as conn:
        assert is_pinned(conn, entry_id, viewer=OPERATOR)
    page = client.get(f"/faq/{entry_id}-is-the-tank-full", headers=agent).text
    assert "This answer is shown first on the home page." in page
    assert f'action="/faq/{entry_id}/unpin"' in page

    assert client.post(f"/faq/{entry_id}/unpin", headers=agent).status_code == 303
    with reading(site_engine) as conn:
        assert not is_pinned(conn, entry_id, viewer=OPERATOR)


def test_a_draft_cannot_be_pinned(client, write, agent):
    entry_id = write(state="draft")

    assert client.post(f"/faq/{entry_id}/pin", headers=agent).status_code == 404
    page = client.get(f"/faq/{entry_id}-is-the-tank-full", headers=agent).text
    assert "Show first on the home page" not in page


def test_programs_list_add_and_remove_files(client, write, agent):
    entry_id = write()
    api = f"/api/v1/entries/{entry_id}/attachments"
    sent = {"file": ("tank.jpg", picture("JPEG"))}
    made = client.post(api, files=sent, data={"label": "The tank"}, headers=agent)
    listed = client.get(api)

    assert made.status_code == 201
    assert made.json()["media_type"] == "image/jpeg"
    assert (made.json()["width"], made.json()["height"]) == (60, 40)
    assert listed.json() == {"attachments": [made.json()]}
    assert client.get(made.json()["url"]).status_code == 200
    left = client.delete(f"{api}/{made.json()['id']}", headers=agent)
    assert left.json() == {"attachments": []}
    assert client.get(made.json()["url"]).status_code == 404


def test_a_program_learns_why_a_file_is_not_taken(client, write, agent):
    api = f"/api/v1/entries/{write()}/attachments"
    refused = client.post(api, files={"file": ("a.pdf", WINDOWS_PROGRAM)}, headers=agent)

    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert "is or holds a program" in refused.text
    assert client.post(api, data={"label": "x"}, headers=agent).status_code == 422


def test_files_of_an_entry_that_guests_may_not_read_are_not_listed(client, write, add, agent):
    entry_id = write(audience="internal")
    add("entry", entry_id)
    api = f"/api/v1/entries/{entry_id}/attachments"

    assert client.get(api).status_code == 404
    assert len(client.get(api, headers=agent).json()["attachments"]) == 1
