"""Cuts the polite sentences around a question: what opens a mail or a chat, and what ends it."""

from __future__ import annotations

import re

# Sentences are looked at one by one from both ends, so only these many are ever read.
MAX_SENTENCES = 4
MAX_SENTENCE_CHARACTERS = 140
# A cut that leaves less than this may have taken the question.
MIN_WORDS_LEFT = 1
WORD = re.compile(r"[^\W\d_]{2,}")

I_AM = r"(?:i am|i'm|im|we are|we're)"
ASK = (
    r"(?:a |an |one |some |another |my |the following |just a )?(?:quick |short |small |little |"
    r"brief |simple |"
    r"general |further )*(?:question|query|q|issue|problem|request|enquiry|inquiry)s?"
)
FRAGE = (
    r"(?:mal |da |dazu |nur |noch |kurz )*(?:ne|eine?n?|die|folgendes?|folgende|ein paar|nochmal "
    r"ne)? ?"
    r"(?:kurze |kleine |einfache |dringende |allgemeine |folgende |weitere |schnelle )*"
    r"(?:frage|fragen|problem|anliegen|anfrage|bitte)"
)
HELP_ME = (
    r"(?:(?:can|could|would|will) (?:you|someone|somebody|anyone|anybody)(?: guys)?(?: please| "
    r"pls| "
    r"kindly)*(?: be able to)? (?:help|assist)(?: me| us)?(?: out)?(?: with (?:this|that|it|the "
    r"following|"
    r"something|a problem))?(?: please| pls| plz)?|(?:please|pls|plz)(?: kindly)?(?: can you)? "
    r"(?:help|assist|advise|respond|reply|answer)(?: me| us)?(?: with this)?(?: asap| soon| "
    r"urgently)?|"
    r"(?:i |we )?(?:really )?need (?:some |your |urgent )?(?:help|assistance|support)(?: please| "
    r"pls)?|"
    r"help(?: me| us)?(?: please| pls| plz)?)"
)
HILF_MIR = (
    r"(?:(?:kann|könnte|können|könnten|könnt|kannst) (?:mir |uns )?(?:da |hier |bitte |mal "
    r")*(?:jemand|wer|ihr|sie|"
    r"du|einer)(?: mir| uns)?(?: da| hier| bitte| mal| kurz| vielleicht| dabei)* (?:weiter)?helfen|"
    r"(?:ich |wir )?(?:brauche|bräuchte|brauchen|benötige|benötigen) (?:dringend |bitte |mal |da )*"
    r"(?:ihre |eure |deine |etwas )?(?:hilfe|unterstützung)|bitte (?:um|helfen sie) (?:hilfe|mir|"
    r"uns)|"
    r"(?:bitte )?hilf(?:e|t)(?: mir)?(?: bitte)?)"
)
GREETED = r"(?:(?:hi|hiya|hey|heya|hello|hallo|moin|servus|good (?:morning|evening|day))\b[ ,!]*)?"
OPENING = re.compile(
    rf"{GREETED}(?:{I_AM} (?:writing|contacting|reaching out|getting in touch|emailing|messaging)"
    r"(?: (?:to|with) (?:you|support))?(?: today)?(?: (?:because|as|since))?"
    rf"(?: (?:i|we) (?:have|need))?(?: {ASK})?(?: (?:to|for|about|regarding|concerning) (?:you|"
    rf"help|"
    r"the following|an issue|a problem))?|"
    r"(?:i |we )?(?:sincerely )?(?:hope|trust|wish)(?:ing)? (?:that )?(?:you(?:'re| are)?|this|"
    r"all|everyone|"
    r"everything|your|someone|somebody|anyone)\b.{0,90}|"
    rf"(?:i|we)(?:'ve| have)?(?: just| got| had| only| still)? (?:have |got |had )?{ASK}(?: for "
    rf"you| please| "
    r"about something| regarding something)?|"
    rf"(?:just )?(?:a )?quick (?:q|question|one)|{ASK} for you|question|here is my {ASK}|my "
    rf"{ASK}(?: is)?"
    r"(?: as follows| this| the following)?|"
    rf"{I_AM} (?:a |an )?(?:\w+ )?(?:new |long[- ]time |loyal |regular |happy |satisfied "
    rf")*(?:customer|user|"
    r"client|member|owner)s? (?:of|with|for|since)\b.{0,70}|"
    r"i (?:have been|'ve been|was|am) (?:a |an )(?:\w+ ){0,3}(?:customer|user|client|"
    r"member)\b.{0,80}|"
    r"(?:first(?:ly| of all)|to begin with|to start with),? (?:i (?:want|would like|'d like) to "
    r")?(?:thank|let me "
    r"thank|many thanks|thanks|congratulations).{0,90}|"
    r"(?:i am |i'm |we are )?(?:very |so |really )?sorry (?:to|for|if) (?:bother|disturb|trouble|"
    r"the (?:bother|"
    r"inconvenience)|my (?:bad )?english|this|i |both).{0,60}|"
    r"(?:excuse|pardon) (?:me|my).{0,50}|apologies (?:for|if).{0,60}|"
    r"(?:i |we )?(?:could ?n.t|could not|can ?n.t|cannot|did ?n.t|did not|have not|haven.t) "
    r"(?:find|found|see) "
    r"(?:anything|any (?:information|info|answer|help)|an answer|the answer|information|it)(?: "
    r"(?:about|on|to|for) "
    r"(?:this|that|it|my (?:question|problem)))?(?: (?:on|in|at|anywhere).{0,50})?|"
    r"(?:is |are )?(?:anyone|anybody|somebody|someone|you)(?: guys)? (?:there|here|online|around|"
    r"awake)|"
    r"how are you(?: (?:doing|all|today))*|nice to meet you|"
    rf"{HELP_ME}|(?:maybe|perhaps|hopefully) (?:you|someone|somebody) can help.{{0,30}}|"
    # German.
    r"(?:ich |wir )?(?:hoffe|hoffen),? (?:dass )?(?:es|sie|ihr|ihnen|euch|du|alle|mir|"
    r"diese)\b.{0,90}|"
    r"(?:ich|wir) (?:wende|wenden|melde|melden) (?:mich|uns)\b.{0,90}|"
    rf"(?:ich |wir )?(?:hab|habe|haben|hätte|hätten) {FRAGE}(?: an (?:sie|euch|dich))?|"
    rf"(?:nur |mal )?(?:ne |eine )?(?:kurze |schnelle |kleine )?frage|{FRAGE} an (?:sie|euch)|"
    r"(?:hier|es folgt) (?:ist |kommt )?meine frage|meine frage(?: lautet| ist(?: folgende)?)?|"
    r"(?:ich|wir) (?:bin|sind) (?:seit|schon|bereits|ein |eine |"
    r"langjährige)\b.{0,40}\b(?:kunden?|kundin|nutzer(?:in)?|"
    r"mitglied|anwender(?:in)?)\b.{0,40}|"
    r"(?:zunächst|zuerst|vorab|erst einmal|erstmal|zu beginn),? (?:einmal )?(?:vielen |"
    r"herzlichen |besten )?(?:dank|"
    r"danke|möchte ich).{0,90}|"
    r"(?:ich )?(?:bitte )?(?:entschuldigen|entschuldigt|entschuldige|verzeihen) (?:sie|bitte|"
    r"mich|die)?.{0,70}|"
    r"(?:entschuldigung|sorry|verzeihung)(?:,)? (?:für|dass|wenn) .{0,60}|"
    r"(?:auf|in) (?:ihrer|eurer|der|ihren) (?:\w+ )?(?:webseite|website|homepage|seite|faq|faqs|"
    r"hilfe|internetseite)\b"
    r".{0,30}\b(?:nichts|keine|nicht)\b.{0,30}|"
    r"(?:ich |wir )?(?:habe|konnte|finde|fand|konnten)\b.{0,50}\b(?:nichts|keine (?:antwort|"
    r"information(?:en)?|infos?))"
    r"(?: dazu| darüber| hierzu)?(?: gefunden| finden)?|"
    r"(?:ist |wer ist )?(?:da |hier |noch )*(?:jemand|wer|einer)(?: da| hier| online| wach| noch)*|"
    r"wie geht(?:'s| es| s)?(?: ihnen| euch| dir)?|"
    rf"{HILF_MIR}|(?:vielleicht|hoffentlich) (?:können|könnt|kann) (?:sie|ihr|mir|jemand|"
    rf"wer).{{0,40}}helfen)",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"(?:(?:i |we )?(?:am |are |'m )?(?:really |very much )?(?:look(?:ing)?|hoping) forward(?: "
    r"to)?\b.{0,70}|"
    r"(?:i|we)(?:'d| would| will| am| are|'ll)? (?:really |greatly |very much |highly |be |so "
    r")*(?:appreciate|"
    r"appreciated|grateful|thankful|glad|happy|pleased)\b.{0,70}|"
    r"(?:any|your|some|a quick|a prompt|quick|prompt) (?:and all )?(?:help|advice|suggestions?|"
    r"ideas?|assistance|support|"
    r"guidance|information|info|answer|reply|response|tips?|pointers?|input|feedback|"
    r"thoughts)\b.{0,15}\b"
    r"(?:appreciated|welcome|great|helpful|awesome|nice|good|cool)\b.{0,30}|"
    r"(?:i |we )?(?:am |are )?(?:hoping|hope|await(?:ing)?|wait(?:ing)? for)(?: to)?(?: "
    r"hear(?:ing)?)?(?: from)?"
    r"(?: for)?(?: an?)?(?: your| you)?(?: (?:quick|prompt|early|swift|soonest|kind))*"
    r"(?: (?:reply|response|answer|feedback|help|soon|back|from you))+\b.{0,20}|"
    r"please (?:let me know|get back to (?:me|us)|reply|respond|advise|answer|contact me|call me)"
    r"(?: (?:as soon as (?:possible|you can)|asap|soon|quickly|urgently|at your earliest "
    r"convenience|"
    r"if you need .{0,60}|thanks?|thank you))*|"
    r"(?:please )?let me know(?: if (?:you need|there is|you have|anything)\b.{0,60}|(?: please)?)|"
    r"(?:thanks?(?: you)?|thank you|thx|thankx|tnx|ty|tysm|tia|cheers|ta|much obliged|many "
    r"thanks)\b.{0,60}|"
    r"(?:i )?(?:hope|trust) (?:you|someone|somebody|anyone|that you|this)\b.{0,50}|"
    r"have (?:a|an) (?:nice|great|good|lovely|wonderful|pleasant)\b.{0,25}|"
    rf"(?:pls|plz|please)|asap|urgent(?:ly)?|{HELP_ME}|any (?:ideas?|help|thoughts|suggestions?|"
    rf"clues?|advice)|"
    # German.
    r"(?:ich |wir )?(?:freue|freuen) (?:mich|uns)\b.{0,80}|"
    r"(?:über|für) (?:eine?|ihre|eure|jede|deine|jegliche|ein|hilfe|tipps)\b.{0,60}\b(?:freuen|"
    r"dankbar|dankbar\.|verbunden)\b.{0,20}|"
    r"(?:ich |wir )?(?:wäre|wären|würde|würden)\b.{0,60}\b(?:dankbar|freuen|verbunden|nett|super|"
    r"toll|schön|hilfreich)\b.{0,20}|"
    r"(?:ich |wir )?(?:bitte|bitten) um (?:ihre |eine |eure )?(?:schnelle |baldige |zeitnahe |"
    r"kurze |rasche )*"
    r"(?:antwort|rückmeldung|hilfe|rückruf|unterstützung|auskunft|info|information|"
    r"bearbeitung)\b.{0,30}|"
    r"(?:ich |wir )?(?:warte|warten|hoffe|hoffen) auf (?:eine |ihre |eure |baldige |schnelle "
    r")*(?:antwort|hilfe|rückmeldung)\b.{0,20}|"
    r"(?:ich )?hoffe,? (?:dass )?(?:sie|ihr|du|mir|jemand|es)\b.{0,60}|"
    r"bitte (?:melden sie sich|meldet euch|geben sie mir bescheid|um (?:hilfe|antwort|"
    r"rückmeldung)|antworten sie)\b.{0,50}|"
    r"(?:vielen |besten |herzlichen |lieben |schönen |tausend )?(?:dank|danke+|dankeschön|thx|"
    r"merci)\b.{0,60}|"
    r"(?:einen )?schön(?:en|es) (?:tag|abend|wochenende|woche)\b.{0,20}|"
    rf"bitte|dringend|{HILF_MIR})",
    re.IGNORECASE,
)
# A sentence that goes on like this names the matter, however politely it begins.
NAMES_MATTER = re.compile(
    r"\b(?:but|however|because(?! (?:i|we) (?:have|need))|although|"
    r"why|what|where|which|when|whether|aber|jedoch|weil|ob|"
    r"warum|wieso|"
    r"weshalb|wo|wann|welche\w?|unser\w{0,2}|ours?|how(?! are)|wie(?! geht)|"
    r"my(?! (?:(?:bad|poor|broken) )?(?:english|question|problem|issue|query|name))|"
    r"mein\w{0,2}(?! (?:frage|anliegen|problem|englisch|deutsch|name)))\b|\d",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.!?…])[ \n]+|\n+|(?<=:)\n+")
TRIMMED = " \t\n.,;:!?…–-*~)(\"'"
# Smileys and pictures at either end say how somebody feels, not what is asked.
PICTURES = (
    r"(?:[\u2600-\u27bf\u2b50\u2b55\ufe0f\U0001f000-\U0001faff]|(?<![^\s.,!?])[:;=][-']?[)(DPp/|"
    r"3*]+|"
    r"(?<!\S)(?:xd|lol|haha+|hehe+|:'\(|<3|\^\^)(?!\S))"
)
END_PICTURES = re.compile(rf"(?:\s*{PICTURES})+\s*$", re.IGNORECASE)
START_PICTURES = re.compile(rf"^\s*(?:{PICTURES}\s*)+", re.IGNORECASE)
LEAD_IN = re.compile(
    rf"(?:(?:i have |i've got |just )?(?:a )?{ASK}|quick (?:q|question|one)|(?:ich "
    rf")?(?:hab(?:e)? |hätte )?{FRAGE}) ?[:,–-]+ +",
    re.IGNORECASE,
)


def cut_small_talk(text: str) -> str:
    """Return the text without polite sentences at its start and end.

    Only whole sentences that say nothing of the matter are cut, a few from each end, and never
    so many that no word is left. Reads only the ends of a long text.
    """
    text = _without_ends(text)
    for cut in (_cut_opening, _cut_closing):
        for _ in range(MAX_SENTENCES):
            rest = _without_ends(cut(text))
            if rest == text or len(WORD.findall(rest[:400])) < MIN_WORDS_LEFT:
                break
            text = rest
    return text


def _without_ends(text: str) -> str:
    return START_PICTURES.sub("", END_PICTURES.sub("", text)).strip()


def _cut_opening(text: str) -> str:
    head = text[: MAX_SENTENCE_CHARACTERS + 2]
    if match := LEAD_IN.match(head):
        return text[match.end() :]
    end = SENTENCE_END.search(head)
    if end is None:
        return text
    said = head[: end.start()].strip(TRIMMED)
    if NAMES_MATTER.search(said) or not OPENING.fullmatch(said):
        return text
    return text[end.end() :]


def _cut_closing(text: str) -> str:
    begin = max(0, len(text) - MAX_SENTENCE_CHARACTERS - 2)
    ends = [match.span() for match in SENTENCE_END.finditer(text, begin)]
    ends = [span for span in ends if span[1] < len(text)]
    if not ends:
        return text
    start, last = ends[-1]
    said = text[last:].strip(TRIMMED)
    if NAMES_MATTER.search(said) or (said and not CLOSING.fullmatch(said)):
        return text
    return text[:start].rstrip()
