import pytest

from indexer.drafts import TopicReply, find_draft, is_useful

RESET = "Open the settings page, choose Account and press Reset password to get a new link."
RESET_TOO = (
    "To reset the password open Settings, then Account, and press the Reset password button."
)
RESET_DE = (
    "Öffnen Sie die Einstellungen, wählen Sie Konto und drücken Sie auf Passwort zurücksetzen."
)


def reply(number: int, text: str, *, is_solution: bool = False, votes: int = 0) -> TopicReply:
    return TopicReply(number, number + 100, text, is_solution, votes)


@pytest.mark.parametrize(
    "text",
    [
        "Which version of the app are you using, and on what kind of phone exactly?",
        "We are very sorry for the trouble. Thank you for your patience, kind regards!",
        "https://example.org/help/how-to-reset-the-password-of-your-account-in-ten-steps",
        "Welche Version nutzen Sie denn und auf welchem Gerät läuft die App bei Ihnen?",
        "Please attach a photo of the display and send us the full text of the error message.",
        "Können Sie uns bitte die Fehlermeldung und Ihre Einstellungen dazu schicken, vielen Dank.",
        "Das tut uns sehr leid. Vielen Dank für Ihre Geduld und freundliche Grüße.",
        "",
    ],
)
def test_a_reply_that_says_nothing_is_passed_over(text):
    assert not is_useful(text)
    assert find_draft([reply(1, text)]) is None


@pytest.mark.parametrize(
    "text",
    [
        RESET,
        RESET_DE,
        f"Sorry about that! {RESET} Does it work now?",
        f"{RESET} If it fails again, please send us a screenshot of the page.",
    ],
)
def test_a_reply_that_says_what_to_do_is_useful(text):
    assert is_useful(text)


def test_the_most_central_reply_is_quoted_with_its_question():
    stray = "Our shop in the old town is open from nine to five on every working day."
    draft = find_draft([reply(1, stray), reply(2, RESET), reply(3, RESET_TOO)])
    assert draft.reply_id in {2, 3}
    assert draft.question_id == draft.reply_id + 100
    assert draft.agreement == pytest.approx(0.5)
    assert draft.contradicting is None


def test_a_solution_is_preferred_and_votes_break_a_tie():
    assert find_draft([reply(1, RESET, is_solution=True), reply(2, RESET_TOO)]).reply_id == 1
    assert find_draft([reply(1, RESET, votes=3), reply(2, RESET_TOO)]).reply_id == 1


def test_of_equal_replies_the_newer_is_quoted():
    assert find_draft([reply(1, RESET), reply(2, RESET)]).reply_id == 2


def test_an_only_reply_has_no_agreement():
    assert find_draft([reply(1, RESET)]).agreement == 0


def test_a_reply_that_says_no_where_another_says_yes_is_named():
    yes = "You can return opened headphones within thirty days with the printed label."
    no = "You cannot return opened headphones within thirty days, even with the printed label."
    draft = find_draft([reply(1, no), reply(2, yes)])
    assert {draft.reply_id, draft.contradicting} == {1, 2}
