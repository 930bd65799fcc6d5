import pytest

from indexer.replies.drafts import TopicReply, find_draft
from indexer.replies.useful_replies import is_useful

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
        "Hello Ada, I am asking our parts team and will come back to you today. Regards, Tom",
        "Good question! Let me check this with the engineers, so please leave it off until then.",
        "Hi Joe, our engineers are on it. You will hear from us before the weekend. Cheers, Ann",
        "Dear Mr Low, I have passed your report on to the team and noted your number. Kind regards",
        "Oh dear. How old is the lamp, and does the switch feel loose? Until then, keep it off.",
        "Liebe Frau Roth, ich frage in der Werkstatt nach und melde mich morgen. Herzliche Grüße",
        "Das ist ärgerlich. Ein Foto der Lampe brauche ich noch, bitte auch die Seriennummer.",
        "Guten Tag Herr Ott, das liegt bei den Entwicklern. Ich melde mich, sobald es geht.",
        "Please visit our website for more information about this and other topics.",
        "Sie finden die Lösung in diesem Artikel auf unserer Internetseite, bitte lesen.",
        "I am having the same problem here since the last update of the app on my phone.",
        "This is a duplicate post, please do not reply to it in this thread.",
        "I really don't know what causes this, it is hard to say from here.",
        "Prova a fornire queste informazioni: versione del programma e messaggi di errore",
        "Kunt u ons een schermafdruk van de foutmelding en de versie sturen",
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
        f"{RESET_TOO} The link is valid for a day. Which phone do you use, by the way?",
        f"{RESET_DE} Falls es nicht klappt, schicken Sie uns bitte ein Foto der Seite.",
        "Hello Ada, unscrew the lid and wipe the seal with a damp cloth. Kind regards, Tom",
        "Guten Tag Herr Ott, den Deckel abschrauben und die Dichtung abwischen. Viele Grüße, Tom",
        "You need the part LX-20, it costs 12 euros.",
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


def test_the_reply_that_lies_near_the_questions_is_quoted_among_as_good_ones():
    shop = "Our shop in the old town is open from nine to five on every working day of the week."
    questions = ["How do I reset my password?", "password reset link in the settings"]
    for replies in ([reply(1, RESET), reply(2, shop)], [reply(1, shop), reply(2, RESET)]):
        draft = find_draft(replies, questions=questions)
        assert draft.text == RESET


def test_of_two_about_the_same_the_one_that_tells_more_and_asks_less_is_quoted():
    asks = f"{RESET} Which phone do you use? What does the app say? Where did you buy it?"
    draft = find_draft([reply(1, RESET), reply(2, asks)])
    assert draft.reply_id == 1


def test_who_agrees_is_named_nearest_first_and_who_contradicts_is_not():
    far = "You press the Reset password button on the settings page of your account."
    draft = find_draft([reply(1, far), reply(2, RESET), reply(3, RESET, is_solution=True)])
    assert (draft.reply_id, draft.useful, draft.agreeing) == (3, 3, (2, 1))
    assert find_draft([reply(1, NO), reply(2, YES)]).agreeing == ()


def test_an_only_reply_has_no_agreement():
    assert find_draft([reply(1, RESET)]).agreement == 0


YES = "You can return opened headphones within thirty days with the printed label."
NO = "You cannot return opened headphones within thirty days, even with the printed label."


def test_a_reply_that_says_no_where_another_says_yes_is_named_with_both_sentences():
    draft = find_draft([reply(1, NO), reply(2, f"Hello Ada, {YES.lower()} Regards, Tom")])
    assert {draft.reply_id, draft.contradicting} == {1, 2}
    (clash,) = draft.contradictions
    assert (clash.reply_id, clash.question_id, clash.sentence) == (1, 101, NO)
    assert (clash.other_id, clash.other_question_id) == (2, 102)
    assert clash.other_sentence == YES.lower()


def test_replies_that_agree_contradict_nothing():
    draft = find_draft([reply(1, YES), reply(2, f"{YES} The label is in the parcel.")])
    assert draft.contradicting is None
    assert draft.contradictions == ()


def test_two_others_that_contradict_each_other_are_shown_beside_the_draft():
    replies = [reply(1, NO), reply(2, YES), reply(3, RESET, is_solution=True), reply(4, RESET_TOO)]
    draft = find_draft(replies)
    assert draft.reply_id == 3
    assert draft.contradicting is None
    assert [(one.reply_id, one.other_id) for one in draft.contradictions] == [(1, 2)]


def test_what_contradicts_the_draft_itself_comes_first():
    wash = "The blue wool jacket may be washed by machine at thirty degrees."
    never = "The blue wool jacket must never be washed by machine at thirty degrees."
    replies = [reply(1, wash), reply(2, never), reply(3, NO), reply(4, YES, is_solution=True)]
    draft = find_draft(replies)
    assert (draft.reply_id, draft.contradicting) == (4, 3)
    pairs = [(one.reply_id, one.other_id) for one in draft.contradictions]
    assert pairs == [(3, 4), (1, 2)]


def test_a_contradiction_in_a_reply_that_only_asks_back_counts_for_nothing():
    asks = "Did you read that you cannot return opened headphones within thirty days?"
    draft = find_draft([reply(1, YES), reply(2, asks)])
    assert draft.contradictions == ()


def test_at_most_ten_contradictions_are_kept():
    texts = [f"{YES} Case {n}." for n in range(6)] + [f"{NO} Case {n}." for n in range(6)]
    draft = find_draft([reply(n, text) for n, text in enumerate(texts, start=1)])
    assert len(draft.contradictions) == 10
    assert draft.contradicting is not None
