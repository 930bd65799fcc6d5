"""Cuts greetings, sign-offs and automatic footers off a text."""

from __future__ import annotations

import re

NAME = r"[A-ZÄÖÜÁÉÍÓÚÀÈÇŁŚŽŠČ][\w'’.\-]{0,30}"
GREETING_WORDS = (
    r"(?i:to whom it may concern|hi there|hi|hiya|hello there|hello|heya?|dear|good (?:morning|"
    r"afternoon|evening|day)|greetings|"
    r"hallo|halli hallo|hallöchen|guten (?:tag|morgen|abend)|moin(?: moin)?|servus|grüezi|"
    r"grü(?:ß|ss) (?:gott|dich|euch)|sehr geehrte[rs]?|liebe[rs]?|werte[rs]?|bonjour|bonsoir|salut|"
    r"hola|buenos d[ií]as|buenas(?: tardes| noches)?|estimad[oa]s?|ciao|salve|buongiorno|buonasera|"
    r"gentile|beste|geachte|goedemorgen|goedemiddag|goedenavond|goedendag|olá|bom dia|boa tarde|"
    r"cześć|dzień dobry|dobrý den|hej)"
)
ADDRESSED = (
    r"(?i:there|all|everyone|everybody|every one|anyone|folks|guys|team|support|community|friends|"
    r"sir|madam|sirs|ma.?am|mr|mrs|ms|miss|dr|prof|to|the|of|and|or|dear|again|together|experts?|"
    r"zusammen|alle|allerseits|damen|herren|herr|frau|kolleg\w{0,4}|und|leute|ihr|liebes?|à|tous|"
    r"a|todos|tutti|allemaal|customer service|kundenservice|kundendienst)"
)
ADDRESSEE = rf"(?:[ -](?:{ADDRESSED}\b\.?|{NAME}|&|/)){{0,6}}"
GREETING = re.compile(
    rf"\s*{GREETING_WORDS}{ADDRESSEE}[ ]?(?:[,!:;–-]+(?:[)(](?=\s|$))?|\.(?=\s|$)|(?=\n))\s*"
)
MAX_GREETINGS = 3

THANKS = (
    r"(?i:(?:many |big )?thanks?(?: you)?(?: (?:so|very) much| a lot| a million| again| in advance|"
    r" all| everyone)*(?: (?:for|to) [^\n.!?]{1,60})?|thank you[^\n.!?]{0,60}|thx|tia|"
    r"any (?:help|advice|suggestions?|ideas?) (?:would be |is |are )?(?:much |greatly |very )?"
    r"(?:appreciated|welcome)|"
    r"(?:vielen|besten|herzlichen|schönen|lieben|tausend) dank[^\n.!?]{0,60}|danke[^\n.!?]{0,60}|"
    r"dankeschön|merci[^\n.!?]{0,40}|(?:muchas )?gracias[^\n.!?]{0,40}|grazie[^\n.!?]{0,40}|"
    r"(?:alvast |hartelijk )?bedankt[^\n.!?]{0,40}|(?:muito )?obrigad[oa]|děkuji[^\n.!?]{0,30})"
)
CLOSING = (
    r"(?i:(?:with )?(?:best|kind|kindest|warm|warmest|many)? ?regards|best wishes|all the best|"
    r"best|sincerely(?: yours)?|yours(?: truly| sincerely| faithfully)?|cheers|take care|"
    r"(?:mit )?(?:ganz )?(?:freundlichen?|besten?|lieben?|vielen?|herzlichen?|schönen?|sonnigen?) "
    r"(?:grü(?:ß|ss)en?|gru(?:ß|ss))(?: aus [^\n.!?,]{1,30})?|grü(?:ß|ss)e|gru(?:ß|ss)|"
    r"hochachtungsvoll|mfg|lg|vg|bg|mit freundlichem gru(?:ß|ss)|"
    r"(?:bien )?cordialement|bien à vous|salutations|(?:un )?(?:cordial )?saludos?|atentamente|"
    r"(?:cordiali |distinti )?saluti|(?:met )?(?:vriendelijke )?groet(?:en|jes)?|"
    r"mvg|atenciosamente|pozdrawiam|s pozdravem)"
)
SIGN_OFF = rf"(?:{THANKS}|{CLOSING})"
NAMES = rf"(?:{NAME}(?:[ ]{NAME}){{0,3}})"
SIGN_OFF_LINE = re.compile(rf"{SIGN_OFF}[ ,.!:;)\-–]*(?:{NAMES})?[ ,.!:;)]*$")
SIGN_OFF_AT_END = re.compile(
    rf"(?<=[.!?)\n:])[ \n]*{SIGN_OFF}[ ,.!:;)\-–\n]{{0,6}}(?:{NAMES})?[.!:;) ]*$"
)
# Of the last line of a long paragraph only this much can be a sign-off.
TAIL_CHARACTERS = 160
CLOSING_LINE = re.compile(rf"{CLOSING}[ ,.!:;)\-–]*(?:{NAMES})?[ ,.!:;)]*$")
MAX_SIGN_OFF_LINES = 14
# After a "Kind regards" nothing but a card follows: names, a company, an address.
MAX_CARD_LINES = 12
MAX_CARD_WORDS = 10
AFTERTHOUGHT = re.compile(r"(?:p\.? ?s\b|n\.? ?b\b|edit|update|nachtrag|postscript)", re.IGNORECASE)
MAX_SIGNATURE_LINE = 70
CONTACT_LINE = re.compile(
    r"(?i:tel|fon|phone|mobil|mobile|cell|fax|e-?mail|web|www\.|https?:)|[\w.+-]+@[\w.-]+|[+(]?\d"
)
STEP_LINE = re.compile(r"\d{1,2}[.)] ")
READABLE = re.compile(r"[^\W_]")
NAME_LINE = re.compile(rf"(?:[-–~*_ ]{{0,3}}){NAMES}[,.! ]*$")

FOOTER_LINES = re.compile(
    r"^(?:sent (?:from|via|with|using) [^\n]{0,60}|von meine[mr] [^\n]{0,60} gesendet|"
    r"(?:diese nachricht wurde )?von [^\n]{0,40} gesendet|"
    r"gesendet (?:von|mit|über|aus) [^\n]{0,60}|get outlook for [^\n]{0,40}|"
    r"outlook für [^\n]{0,40} beziehen|holen sie sich outlook [^\n]{0,40}|"
    r"envoyé (?:de|depuis|à partir) [^\n]{0,60}|inviato (?:da|dal|tramite) [^\n]{0,60}|"
    r"enviado (?:desde|do|de) [^\n]{0,60}|verzonden (?:vanaf|met|van) [^\n]{0,60}|"
    r"(?:virus-free|virenfrei)\.[^\n]{0,80})$",
    re.IGNORECASE | re.MULTILINE,
)
DISCLAIMER = re.compile(
    r"^[*_ ]{0,3}(?:this (?:e-?mail|message|communication)(?:,? (?:and|including) [^\n]{0,60})? "
    r"(?:is|are|may|contains?)[^\n]{0,80}(?:confidential|privileged|intended)|"
    r"the (?:information|content)s?[^\n]{0,60} (?:e-?mail|message)[^\n]{0,40} confidential|"
    r"(?:confidentiality notice|legal disclaimer)|"
    r"diese (?:e-?mail|nachricht)[^\n]{0,60} ?(?:enthält|ist|kann)[^\n]{0,80}vertraulich|"
    r"der inhalt dieser (?:e-?mail|nachricht) ist[^\n]{0,40}vertraulich|"
    r"please consider the environment|bitte denken sie an die umwelt)",
    re.IGNORECASE | re.MULTILINE,
)


def cut_footers(text: str) -> str:
    """Return the text without "Sent from my iPhone" lines and without a legal notice at its end."""
    if match := DISCLAIMER.search(text):
        text = text[: match.start()]
    return FOOTER_LINES.sub("", text).strip()


def cut_greeting(text: str) -> str:
    """Return the text without "Dear all," and the like at its start.

    Only a greeting that a punctuation mark or a line end closes is cut: "Hello Thunderbird does
    not start" stays whole.
    """
    for _ in range(MAX_GREETINGS):
        match = GREETING.match(text)
        if match is None or match.end() == 0:
            break
        text = text[match.end() :]
    return text


def cut_sign_off(text: str) -> str:
    """Return the text without "Thanks in advance", "Viele Grüße" and the names after them."""
    lines = text.rstrip().split("\n")
    for index in range(max(0, len(lines) - MAX_SIGN_OFF_LINES), len(lines)):
        line = lines[index].strip()
        if len(line) > TAIL_CHARACTERS or not SIGN_OFF_LINE.match(line):
            continue
        rest = [after.strip() for after in lines[index + 1 :]]
        closes = CLOSING_LINE.match(line) is not None
        # Who thanks before anything was said goes on to say it.
        if not closes and not _says_something("\n".join(lines[:index])):
            continue
        if all(map(_is_signature_line, rest)) or (closes and _is_card(rest)):
            lines = lines[:index]
            break
    kept = "\n".join(lines).rstrip()
    head, tail = kept[:-TAIL_CHARACTERS], kept[-TAIL_CHARACTERS:]
    match = SIGN_OFF_AT_END.search(tail)
    return kept if match is None else (head + tail[: match.start()]).rstrip()


def _says_something(text: str) -> bool:
    return READABLE.search(cut_greeting(text)) is not None


def _is_card(lines: list[str]) -> bool:
    """Return whether lines after a closing are a visiting card and say nothing more."""
    said = [line for line in lines if line]
    return len(said) <= MAX_CARD_LINES and not any(
        len(line) > MAX_SIGNATURE_LINE
        or len(line.split()) > MAX_CARD_WORDS
        or line.endswith(("?", ".", ":"))
        or AFTERTHOUGHT.match(line)
        for line in said
    )


def _is_signature_line(line: str) -> bool:
    if not line:
        return True
    if len(line) > MAX_SIGNATURE_LINE or line.endswith("?") or STEP_LINE.match(line):
        return False
    return bool(
        NAME_LINE.match(line)
        or CONTACT_LINE.match(line)
        or SIGN_OFF_LINE.match(line)
        or line.startswith("[")
    )
