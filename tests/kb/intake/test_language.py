"""The language of short support texts."""

import pytest

from kb.intake.language import detect_language


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("The lid of my machine does not close any more", "en"),
        ("How do I reset my password?", "en"),
        ("Der Deckel meiner Maschine schließt nicht mehr", "de"),
        ("Wie setze ich mein Passwort zurück?", "de"),
        ("wo finde ich die rechnung für meine bestellung", "de"),
        ("Comment réinitialiser mon mot de passe ?", "fr"),
        ("¿Cómo puedo restablecer mi contraseña?", "es"),
        ("Come posso reimpostare la password?", "it"),
        ("Hoe kan ik mijn wachtwoord opnieuw instellen?", "nl"),
        ("Как сбросить мой пароль?", "ru"),
        ("パスワードを忘れました", "ja"),
        ("我忘记了密码", "zh"),
        ("نسيت كلمة المرور", "ar"),
        ("비밀번호를 잊어버렸습니다", "ko"),
        ("Ξέχασα τον κωδικό μου", "el"),
    ],
)
def test_the_language_of_a_short_question_is_told(text, lang):
    assert detect_language(text) == lang


@pytest.mark.parametrize("text", ["", "12345", "ok", "E-07", "https://shop.example/de", "Hi"])
def test_where_there_is_nothing_to_tell_it_by_there_is_none(text):
    assert detect_language(text) is None
    assert detect_language(text, hint="de") == "de"


def test_a_clear_text_wins_over_the_hint_and_an_unclear_one_does_not():
    clear = "Der Deckel meiner Maschine schließt leider nicht mehr, was kann ich jetzt tun?"
    assert detect_language(clear, hint="en") == "de"
    assert detect_language("Router reset LED", hint="de") == "de"
