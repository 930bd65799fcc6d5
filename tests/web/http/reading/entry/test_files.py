"""Files are served to whoever may read what they belong to, and never run in a browser."""

import secrets

import pytest
from sqlalchemy import insert, update

from kb.access import Role, Scope
from kb.attachments import check_file
from kb.intake.records import IncomingQuestion
from kb.store.engine import transaction
from kb.store.questions.incoming import set_question_owner, store_question
from kb.store.redirects import add_redirect
from kb.store.schema import questions, replies
from tests.kb.files_given import PDF, picture
from tests.web.http.conftest import bearer, browser

PICTURE = check_file("tank.png", picture())


@pytest.fixture
def question(site_engine, make_account):
    """A question with a reply and its owner: (question id, reply id, token, owner's id)."""
    owner = make_account(name="Owner")
    token = secrets.token_urlsafe(8)
    with transaction(site_engine) as conn:
        asked = IncomingQuestion(source_id=token, subject="It beeps", body="Three times.")
        question_id, _ = store_question(conn, asked, channel="form", source="form")
        set_question_owner(conn, question_id, owner)
        chosen = update(questions).where(questions.c.id == question_id)
        conn.execute(chosen.values(token=token))
        reply = insert(replies).values(
            question_id=question_id,
            source_id="r1",
            author="agent",
            body_raw="See the picture.",
            content_hash="0" * 64,
        )
        reply_id = conn.execute(reply).inserted_primary_key[0]
    return question_id, reply_id, token, owner


def test_a_file_of_a_public_entry_is_offered_to_keep_and_cannot_run(client, write, add):
    file = add("entry", write())
    reply = client.get(file.path)

    assert (reply.status_code, reply.content) == (200, PDF)
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in reply.headers["content-security-policy"]
    assert reply.headers["cache-control"] == "public, max-age=300"
    assert reply.headers["content-disposition"] == (
        'attachment; filename="Gr__e & Ma_.pdf"; '
        "filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%26%20Ma%C3%9F.pdf"
    )


def test_only_a_picture_that_was_drawn_anew_is_shown(client, write, add):
    shown = client.get(add("entry", write(), PICTURE).path)
    text = client.get(add("entry", write(), check_file("a.txt", b"<b>hi</b> x")).path)

    assert shown.headers["content-disposition"].startswith("inline; ")
    assert text.headers["content-disposition"].startswith("attachment; ")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"


def test_a_token_that_nobody_has_and_the_number_of_a_file_lead_nowhere(client, write, add):
    file = add("entry", write())

    for token in ("x" * 32, str(file.id), f"{file.token}x", "%00"):
        assert client.get(f"/files/{token}/{file.name}").status_code == 404


def test_another_name_leads_to_the_right_one(client, write, add):
    file = add("entry", write())
    moved = client.get(f"/files/{file.token}/evil.html")

    assert (moved.status_code, moved.headers["location"]) == (301, file.path)


@pytest.mark.parametrize(("audience", "state"), [("internal", "published"), ("public", "draft")])
def test_what_is_not_for_readers_exists_for_the_team_alone(
    client, write, add, agent, make_account, sign_in, audience, state
):
    file = add("entry", write(audience=audience, state=state))
    for_agent = client.get(file.path, headers=agent)

    assert client.get(file.path).status_code == 404
    assert for_agent.status_code == 200
    assert for_agent.headers["cache-control"] == "private, no-store"
    assert for_agent.headers["x-robots-tag"] == "noindex"
    sign_in(client, make_account())
    assert client.get(file.path).status_code == 404


def test_members_and_groups_get_their_files_and_strangers_do_not(
    client, write, add, make_account, sign_in
):
    def tried(audience, account_id):
        file = add("entry", write(audience=audience))
        one = browser(client.app)
        if account_id:
            sign_in(one, account_id)
        return one.get(file.path)

    dealer, customer = make_account(name="D", groups=("dealers",)), make_account(name="C")
    assert tried("members", customer).headers["cache-control"] == "private, no-store"
    assert tried("members", None).status_code == 404
    assert tried("dealers", dealer).status_code == 200
    assert tried("dealers", customer).status_code == 404
    assert tried("public", customer).headers["cache-control"] == "private, max-age=300"


@pytest.mark.parametrize("kind", ["question", "reply"])
def test_a_questions_files_are_for_its_owner_its_link_and_the_team(
    client, question, add, agent, make_account, sign_in, kind
):
    question_id, reply_id, token, owner = question
    file = add(kind, question_id if kind == "question" else reply_id, PICTURE)

    assert client.get(file.path).status_code == 404
    assert client.get(f"{file.path}?token=guessed").status_code == 404
    assert client.get(f"{file.path}?token={token}").status_code == 200
    by_agent = client.get(file.path, headers=agent)
    assert (by_agent.status_code, by_agent.headers["cache-control"]) == (200, "private, no-store")
    sign_in(client, owner)
    assert client.get(file.path).status_code == 200
    colleague = browser(client.app)
    sign_in(colleague, make_account(name="Colleague"))
    assert colleague.get(file.path).status_code == 404


def test_a_file_of_a_reply_that_is_gone_does_not_exist(client, add, agent):
    assert client.get(add("reply", 999).path, headers=agent).status_code == 404


def test_a_key_without_the_scope_read_gets_no_file(client, write, add, make_key):
    file = add("entry", write())
    key = bearer(make_key(Role.CUSTOMER, Scope.ASK))

    assert client.get(file.path, headers=key).status_code == 403


def test_a_file_of_a_merged_entry_is_still_there(client, write, add, site_engine):
    gone, stays = write(state="archived"), write()
    file = add("entry", gone)
    assert client.get(file.path).status_code == 404
    with transaction(site_engine) as conn:
        add_redirect(conn, "entry", gone, stays)

    assert client.get(file.path).status_code == 200


def test_a_known_version_is_not_sent_again(client, write, add):
    file = add("entry", write())
    tag = client.get(file.path).headers["etag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get(file.path, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
    assert client.get(file.path, headers={"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [
        ("bytes=0-3", 0, 4),
        ("bytes=5-", 5, len(PDF)),
        ("bytes=-4", len(PDF) - 4, len(PDF)),
        ("bytes=0-99999", 0, len(PDF)),
    ],
)
def test_a_part_of_a_file_can_be_had(client, write, add, wanted, start, end):
    part = client.get(add("entry", write()).path, headers={"range": wanted})

    assert (part.status_code, part.content) == (206, PDF[start:end])
    assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{len(PDF)}"
    assert part.headers["content-length"] == str(end - start)


@pytest.mark.parametrize(
    "wanted", ["bytes=0-3,5-6", "bytes=9-2", "lines=1-2", "bytes=x-", "bytes=-"]
)
def test_a_range_that_says_nothing_useful_gets_the_whole_or_416(client, write, add, wanted):
    whole = client.get(add("entry", write()).path, headers={"range": wanted})

    assert (whole.status_code, len(whole.content)) in ((200, len(PDF)), (416, 0))


def test_a_range_behind_the_end_is_refused_and_one_of_another_version_gets_the_whole(
    client, write, add
):
    file = add("entry", write())
    behind = client.get(file.path, headers={"range": f"bytes={len(PDF)}-"})
    changed = client.get(file.path, headers={"range": "bytes=0-1", "if-range": '"older"'})

    assert (behind.status_code, behind.headers["content-range"]) == (416, f"bytes */{len(PDF)}")
    assert (changed.status_code, len(changed.content)) == (200, len(PDF))


def test_a_head_request_tells_the_size(client, write, add):
    head = client.head(add("entry", write()).path)

    assert (head.status_code, head.headers["content-length"]) == (200, str(len(PDF)))
