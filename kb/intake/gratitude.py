"""Tells messages that only thank, praise or close a case from those that go on to ask."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_CHARACTERS = 450
# The same with greeting, sign-off and signature.
MAX_WRITTEN_CHARACTERS = 900
# Of one sign, more than this proves no more.
MOST_COUNTED = 3
# A thank-you ahead of the help belongs to a question, a bitter one to a complaint.
AHEAD = re.compile(
    r"for nothing|für nichts|für gar nichts|in advance|im vorr?aus|schon mal|schonmal|vorab|"
    r"d'avance|por adelantado|de antemano|in anticipo|alvast|antecipadamente|z góry|předem|på "
    r"forhånd|på förhand"
)
THANKS = re.compile(
    r"\b(?:(?:a (?:big|huge) |many |big |much |million )*(?:thanks?(?: ?you|you)?|thankyou|thx|"
    r"tnx|ty(?:vm|sm)?|ta(?: muchly)?|tia|cheers)\b(?: (?:so |very )?much| a (?:lot|million|bunch|"
    r"ton)| again| all| guys| for (?:all |any )?(?:your|the|this) (?:help|support|time|assistance|"
    r"patience|reply|answer|response|feedback|effort))*|much (?:obliged|appreciated)|(?:i|we) "
    r"(?:really |very much )?appreciate (?:it|your|the|all)|grateful|(?:haben sie |hab |habt |"
    r"sage |sagen |recht |ganz )*(?:vielen|besten|herzlichen?|lieben|schönen|tausend|tollen|"
    r"1000)(?: lieben| herzlichen)? dank\w{0,6}|dankschee?|danke\w{0,8}|bedanken? (?:mich|uns)|"
    r"(?:ich|wir) bedanken?|dank|merci(?: beaucoup| vielmals| bien)?|(?:muchas |mil )?gracias|"
    r"(?:mille |tante )?grazie|(?:hartelijk )?(?:dank je|dank u|bedankt)|(?:muito )?obrigad[oa]|"
    r"tack|takk?|mange tak|kiitos|dziękuję|dzięki|děkuji|díky|köszönöm|teşekkürler|спасибо)\b"
)
# Thanks for what has already come; nobody says so in a first message.
THANKS_FOR_DONE = re.compile(
    r"\b(?:for (?:the|your|such an?) (?:very |super )?(?:quick|fast|prompt|speedy|swift|kind|"
    r"great|lovely|friendly|excellent|patient|nice|rapid|brilliant) \w+|for (?:sorting|fixing|"
    r"solving|explaining|clearing)\b|for (?:the|your|that|this|all the) (?:\w+ )?(?:info|"
    r"information|explanations?|clarification|update|links?|tips?|advice|call|hint|replacement|"
    r"spare|part|voucher|refund|solution|trouble|effort|work)\b|that.?s all i (?:needed|"
    r"wanted)(?: to know)?|für(?:s| das| die| den| ihre?n?| eure?n?| deine?n?) (?:\w+ )?(?:info|"
    r"infos|information\w{0,2}|erklärung|aufklärung|update|tipps?|hinweis|kümmern|mühe|ersatz\w*|"
    r"gutschein|lösung|rückruf|rückmeldung|telefonat|anruf|klärung|engagement|einsatz|arbeit|"
    r"geduld)\b|für (?:die|ihre|eure|deine|den) (?:so |sehr |super )?(?:schnell|rasch|prompt|nett|"
    r"freundlich|toll|super|gut|kompetent|flott|geduldig|ausführlich|lieb|zügig)\w{0,4} \w+|pour "
    r"(?:votre|la) réponse rapide|por la rápida respuesta|per la risposta rapida)"
)
RESOLVED = re.compile(
    r"\b(?:(?:it |that |this |everything |all |now )*(?:is |has been |was |got |been )*(?:solved|"
    r"resolved|sorted)\b(?: (?:it|now|out|that))*|(?:it |that |everything |all )*(?:is |s "
    r")?(?:now |finally )?(?:works?|working|worked|runs?|running|fixed)(?: (?:it|now|again|"
    r"perfect(?:ly)?|fine|great|well|wonderfully|beautifully|a treat|a dream|like a (?:charm|"
    r"dream)|as new|first (?:go|time)|straight away|once more|just)\b)+|behaving(?: itself)?(?: "
    r"again)?|(?:it|that|this|which) (?:all |really )?(?:worked|helped|did (?:it|the trick))(?: a "
    r"?lot)?|did the trick|good as new|back to normal|problem (?:is )?gone|all (?:is )?(?:good|"
    r"fine|well|ok|okay|sorted|set)(?: now)?|never ?mind|no longer needed|found it (?:myself|now)|"
    r"(?:i |we )?(?:figured|worked|sorted|found) it(?: all)? out|got it (?:working|going|sorted|"
    r"to work|now)|got it|all clear now|that (?:was|did) it|(?:it |that |this |which )?fits? "
    r"(?:perfect(?:ly)?|well)|false alarm|(?:fixed|solved|sorted|found) it(?: myself)?|no need "
    r"(?:any ?more|now)|don.t bother|forget it|(?:please )?disregard\b(?: (?:my|the|this) (?:last "
    r"|previous |earlier )?(?:\w+))?|solved (?:it|itself)(?: myself)?|will do|(?<![^\n.!,] "
    r")works(?=[.!,]|$)|c'est bon|tout est bon|funciona (?:bien|perfecto)|funziona tutto|werkt "
    r"weer|działa|funguje|ça marche|c'est (?:réglé|résolu)|résolu|solucionado|resuelto|risolto|"
    r"opgelost|resolvido|rozwiązane|vyřešeno|løst|löst)(?!\w)"
)
WELL = (
    "(?:jetzt|nun|wieder|alles|prima|super|tadellos|einwandfrei|bestens|perfekt|wunderbar|gut|"
    "sofort|sogar|auf anhieb|wie (?:neu|geschmiert|am ersten tag))"
)
RESOLVED_GERMAN = re.compile(
    rf"\b(?:(?:hat |{WELL} )*(?:geklapp?t|geholfen|gelöst|glöst|behoben|hingehauen|erledigt|"
    rf"funktioniert(?=[.!,\n]|$))|(?:es |sie |er |{WELL} )*(?:klappt|läuft|geht|löppt|lööpt|"
    rf"funktioniert|passt)(?:'s|s| es)?(?: {WELL}\b| wedder\b)+|{WELL} (?:klappt|läuft|geht|"
    r"funktioniert)(?:'s|s| es)?|(?:hat |habe )?(?:es )?sich (?:damit |somit |schon |inzwischen "
    r")?(?:erledigt|geklärt)|alles (?:gut|bestens|klar|in ordnung|ok|paletti|geklärt)|passt so|"
    r"problem (?:ist |hat sich )?(?:\w+ ){0,2}(?:gelöst|erledigt|behoben|weg)|fehlalarm|falscher "
    r"alarm|entwarnung|hinfällig|(?:es )?funzt(?: wieder| jetzt)?|(?:rennt|tut|geht|laaft|löpt) "
    r"(?:wieder|jetzt|nun)|doch noch gefunden|von (?:selbst|alleine?) (?:gelöst|erledigt)|(?:ich "
    r")?hab(?:e)?(?:s|'s)?(?: es)?(?: jetzt| selbst| schon| inzwischen)* (?:hinbekommen|"
    r"hingekriegt|geschafft|gefunden|gelöst|rausgefunden|herausgefunden))(?!\w)"
)
CASE = (
    r"(?:ticket|case|request|issue|thread|enquiry|inquiry|chat|fall|vorgang|anfrage|anliegen|sache)"
)
CLOSED = re.compile(
    rf"\b(?:(?:you (?:can|may)|please|pls|feel free to|kindly) (?:now )?close (?:the|this|my) "
    rf"{CASE}"
    rf"(?: now)?|(?:please|pls|kindly|you can|you may) close(?: it| this)?(?: out)?(?=[.!\n]|$)|"
    rf"(?:{CASE}|this|it) "
    rf"can (?:now )?be closed|{CASE} (?:is )?closed|consider (?:it|this) closed|"
    r"no (?:further|more|other) (?:help|action|reply|answer|questions?|response|assistance)(?: "
    r"is)?(?: needed| required| necessary)?|no need to (?:reply|answer|respond)|no (?:reply|"
    r"answer) (?:is )?(?:needed|necessary)|(?<![^\n.!,] )can be closed|"
    rf"(?:(?:das|der|die|mein|diese[rs]?) )?(?:{CASE} |das |es )?(?:kann|darf) (?:(?:der|das|die|"
    rf"mein) {CASE} )?(?:jetzt |also |somit |gerne? )*"
    rf"(?:geschlossen|abgeschlossen|zugemacht) werden|(?:sie|ihr|du) (?:können|könnt|kannst|"
    rf"dürfen|dürft) (?:das|den|die) {CASE} "
    rf"(?:\w+ )?(?:schließen|schliessen|zumachen)|(?:können|könnt|kannst) (?:sie|ihr|du) (?:das|"
    rf"den|die) {CASE} (?:\w+ )?(?:schließen|schliessen)|"
    rf"{CASE} (?:kann|darf|bitte) (?:zu|schließen|schliessen)|(?:bitte )(?:das |den |die )?{CASE} "
    rf"schlie(?:ß|ss)en|"
    r"bitte schlie(?:ß|ss)en(?=[.!\n]|$)|(?:keine|einer|kein) weiteren? (?:antwort|hilfe|fragen|"
    r"rückmeldung)(?: (?:mehr )?(?:nötig|notwendig|erforderlich|bedarf es nicht))?|nicht mehr "
    r"(?:nötig|notwendig))\b"
)
PRAISE = re.compile(
    r"\b(?:(?:i am |i'm |we are |we're )?(?:very |so |really |more than |extremely |just "
    r")?(?:happy|satisfied|pleased|impressed|delighted)(?: with)?|happy customers?|(?:five|5|"
    r"four) (?:stars?|out of (?:five|5))|(?:great|excellent|amazing|fantastic|brilliant|wonderful|"
    r"superb|outstanding|awesome|perfect|top|first[ -]class|best|lovely|good) (?:customer "
    r")?(?:service|support|help|product|team|job|work|people|stuff|advice|machine)|absolutely "
    r"love|keep (?:it up|up the good work)|well done|hats off|kudos|respect|bravo|legends?|star|"
    r"lifesavers?|you (?:guys |people |all )?(?:rock|saved|made my)|made my day|compliments?|"
    r"earned it|amazing|brilliant|fantastic|impressed|recommend(?: you)?|never had (?:such|"
    r"better)|made (?:my|our) day|nice(?:ly)? done|(?:you|y'all)(?: guys)? are the best|(?:ihr "
    r"seid|sie sind|du bist) (?:die |der )?(?:besten?|klasse|spitze|toll|super)|best ever|"
    r"vergelt.?s gott|chapeau|nice one|good one|lovely|well handled|fair play|bless you|star|"
    r"(?:10|ten) (?:out of|/) ?(?:10|ten)|thumbs up|daumen hoch|chuffed|thrilled|over the moon|"
    r"nichts zu meckern|ende gut,? alles gut|(?:gute[rsn]?|tolle[rsn]?) (?:service|arbeit|support|"
    r"beratung|gerät|kundenservice)|bestens|saved me|genius|hero(?:es)?|angels?|phenomenal|"
    r"stunning|gorgeous|beautiful|delighted|empfehle(?: euch| sie)?(?: gerne?)?(?: weiter)?|"
    r"weiterempfehlen|bin (?:ich )?(?:so |sehr )?(?:glücklich|zufrieden|froh)|bombe|mega|hammer|"
    r"engel|held(?:en|in)?|erste sahne|einwandfrei|tadellos|note 1|bester? \w+|beste \w+|"
    r"wonderful|marvellous|excellent|awesome|superb|nicest|sehr zufrieden|rundum zufrieden|"
    r"begeistert|hochzufrieden|großes lob|(?:ein )?(?:dickes|riesen|ganz großes|grosses) lob|lob|"
    r"kompliment|weiter so|respekt|hut ab|klasse|spitze|top|genial|super|großartig|grossartig|"
    r"ausgezeichnet|hervorragend|wunderbar|toll(?:e[rsnm]?)?|vorbildlich|fünf sterne|5 sterne|"
    r"perfekt|prima)(?!\w)"
)
# Nobody praises how fast an answer came before it came.
MANNER = re.compile(
    r"\b(?:quick(?:er|ly)?|fast(?:er)?|prompt(?:ly)?|kind(?:ly|ness)?|friendly|helpful|polite|"
    r"patient|patience|funny|easy|smooth(?:ly)?|reliable|professional|competent|happy|glad|"
    r"pleased|relieved|delicious|schnell(?:er|e)?|flott|prompt|freundlich\w{0,2}|nett(?:en?|er)?|"
    r"hilfsbereit\w{0,2}|kompetent\w{0,2}|geduldig\w{0,2}|geduld|lieb|glücklich|froh|freue?n?|"
    r"erleichtert|unkompliziert\w{0,2}|zuverlässig\w{0,2}|kulant\w{0,2})\b"
)
# What somebody says who writes for no other reason than to thank or to report success.
SAYING = re.compile(
    r"\b(?:(?:i |we )?(?:just |only )?(?:write|writing|wanted|want|would like|wish)(?: only| "
    r"just)? to (?:say|let you know|thank|express)|just (?:to|a (?:quick|short) (?:note|word|"
    r"line) to) (?:say|let you know|thank)|(?:ich |wir )?(?:wollte|möchte|wollten|möchten)(?: "
    r"mich| uns)?(?: nur| einfach| bloß)?(?: kurz| mal| auch)*(?: herzlich| ganz herzlich)? "
    r"(?:danken?|bedanken|danke sagen|loben|bescheid (?:geben|sagen)|rückmeldung geben)|nur kurz|"
    r"kurze rückmeldung|quick update|for your (?:information|records)|fyi)\b"
)
FOLLOWED = re.compile(
    r"\b(?:(?:i |we )?(?:did|followed|tried|used) (?:exactly )?(?:what you (?:wrote|said|"
    r"suggested|told me)|your \w+(?: (?:lines|steps|tips))?|the (?:steps|instructions|link))(?: "
    r"to the letter)?|as you (?:said|wrote|described|suggested)|your (?:tip|tips|trick|advice|"
    r"hint|instructions?|steps|link|explanation|suggestion|answer|video)|(?:mit |nach |dank "
    r")?(?:ihre[rnm]?|eure[rnm]?|deine[rnm]?|ihr|euer|dein) (?:tipps?|rat|trick|anleitung|hinweis|"
    r"link|erklärung|antwort|video|ratschlag)|wie (?:beschrieben|gesagt|erklärt|von (?:ihnen|euch|"
    r"dir) beschrieben))\b"
)
ARRIVED = re.compile(
    r"\b(?:(?:it |parcel |package |everything |order |all )?(?:has |have |is )?(?:just |safely |"
    r"now |already )*(?:arrived|turned up|come)(?: today| yesterday| safely| this morning)*|"
    r"(?:ist |sind )?(?:heute |gestern |gerade |gut |heil |eben )*angekommen|(?:paket|sendung|"
    r"päckchen|lieferung|alles) (?:ist )?da)\b"
)
WISHES = re.compile(
    r"\b(?:(?:have|wish\w*|enjoy)(?: you| your| all)*(?: an?| the)?(?: \w+)?|(?:ein(?:e|en)? |"
    r"noch )*(?:schön|gut|toll|froh|angenehm|geruhsam|erholsam)\w{0,3}(?: \w+)?|merry|happy) "
    r"(?:days?|weekend|evening|week|christmas|xmas|new year|easter|break|rest|holidays?|"
    r"(?:rest)?tag|abend|woche|wochenende|feiertage|feierabend|sonntag|weihnachten|weihnachtszeit|"
    r"fest|ostern|adventszeit|advent|jahr|sommer|zeit)(?: noch)?(?: wünscht| and| und)?\b|"
    r"\b(?:greetings|best wishes|regards|success|love|gruß|grüße|grüßen) (?:to|from|an|aus) "
    r"(?:\w+ ){0,3}\w+"
)
POINTS = (
    (THANKS, 1),
    (THANKS_FOR_DONE, 2),
    (RESOLVED, 2),
    (RESOLVED_GERMAN, 2),
    (CLOSED, 3),
    (PRAISE, 1),
    (MANNER, 1),
    (SAYING, 1),
    (FOLLOWED, 1),
    (ARRIVED, 1),
)
# The strong ones, of which at least one must be there.
CERTAIN = (THANKS, RESOLVED, RESOLVED_GERMAN, CLOSED, PRAISE)
# A subject that says no more than this tells what the mail is.
THANKS_SUBJECT_POINTS = 2
# Who asks thanks at the end, if at all.
THANKS_FIRST_POINTS = 1
# A subject that says more than this names a matter.
MAX_SUBJECT_WORDS_LEFT = 2
# By points: so many words may stay that neither thank nor are courtesies.
WORDS_LEFT_ALLOWED = (0, 1, 6, 12, 20, 30, 40)
# Whoever goes on like this wants something, however much thanks stands beside it.
WANTING_LIST = (
    "but however although unfortunately sadly cannot need needs want wish why please pls broken "
    "breaks fail fails failing couldnt missing crash wrong refund cancel unable cracked leaks "
    "leaking drips dripping stuck dead damaged crashes smells noise aber jedoch leider allerdings "
    "dennoch warum wieso weshalb möchte möchten brauche brauchen benötige bitte kaputt defekt "
    "könnten können würden soll sollen fehlt fehlen falls falsch beschädigt gerissen undicht "
    "tropft leckt mais comment pourquoi pero cómo como perché come maar hoe men"
)
WANTING = frozenset(WANTING_LIST.split())
# These too, unless much thanks stands beside them.
PERHAPS_WANTING_LIST = (
    "can could should will still though how where when which what except yet would not no never "
    "nothing don doesn didn won isn wasn t needed wanted error errors problem problems issue "
    "issues trouble couldn lost stopped crashed failed waiting question questions hope keeps "
    "fehler probleme könnte würde wollte sollte frage fragen was doesnt dont didnt wont return "
    "asking without instead until unless help if another else tried trying after since only again "
    "nicht nich nit kein keine keinen keiner nie nichts nix wann wo welche welcher welches kann "
    "wollen hilfe wie ohne bis wenn ob doch nur mal seit außer obwohl versucht pas porque ma non "
    "niet"
)
PERHAPS_WANTING = frozenset(PERHAPS_WANTING_LIST.split())
SOME_POINTS = 2
MUCH_POINTS = 4
# Some wanting words are part of what is said in thanks ("please close the case").
NEVER_THANKED_WITH_LIST = "can please pls kindly bitte möchte want wish will können"
NEVER_THANKED_WITH = WANTING - frozenset(NEVER_THANKED_WITH_LIST.split())
COURTESIES_LIST = (
    "you very much so a lot alot again for your the help quick reply answer support it that this "
    "works worked now great perfect awesome excellent ok okay yes yep yeah yup is was and i got "
    "all best regards nice evening weekend have day bye xx hi hello hey dear sir madam team there "
    "mate from my me to us too really everyone everything good christmas merry happy für die den "
    "der schnelle hilfe antwort ihre ihr eure euch ihnen dir deine das es hat jetzt ist ja ach na "
    "auch schön sehr schönen schöne abend tag gruß grüße grüßen lg mfg vg mit freundlichen viele "
    "liebe und wieder alles gut hallo moin guten morgen geehrte geehrter damen herren frau herr "
    "lieber liebes servus tschüss wochenende feiertage weihnachten advent been it's that's i'm "
    "you're we're our we had an of at in on he she they he's with as by just soon ich wir mich uns "
    "mir er sie sind war hatte habe hab im am von einem einen einer eine ein dem bei trotzdem noch "
    "beaucoup pour votre aide por su ayuda per il aiuto voor je hulp"
)
COURTESIES = frozenset(COURTESIES_LIST.split())
ACKNOWLEDGED_LIST = "ok okay okey oki kk yes yep yeah ja jo jep jup alright alles klar verstanden"
# Nothing but a nod closes a conversation.
ACKNOWLEDGED = frozenset(ACKNOWLEDGED_LIST.split())
WORD = re.compile(r"[^\W_]+")
# An error code or a model beside a thank-you is what the message is about.
CODE = re.compile(r"(?:[^\W\d_]{1,4}\d|\d+[^\W\d_])")


def is_thanks(
    subject: str, body: str, words: Sequence[str], *, written: str, is_answer: bool
) -> bool:
    """Return whether a message thanks, praises or closes a case and asks nothing.

    All texts are in lower case; `subject` is "" where it is only carried over, which `is_answer`
    tells; `words` are of both, `written` is the body with its courtesies. The fewer signs of
    thanks, the fewer other words may stand beside them.
    """
    if len(body) + len(subject) > MAX_CHARACTERS or len(written) > MAX_WRITTEN_CHARACTERS:
        return False
    if words and ACKNOWLEDGED.issuperset(words) and not any(map(str.isdigit, body)):
        return True
    if not NEVER_THANKED_WITH.isdisjoint(words) or "?" in body or "?" in subject:
        return False
    if AHEAD.search(written):
        return False
    said = f"{subject}\n{written}"
    if not any(pattern.search(said) for pattern in CERTAIN):
        return False
    points = sum(
        count * min(MOST_COUNTED, len(set(pattern.findall(said)))) for pattern, count in POINTS
    )
    subject_left = _words_left(subject)
    points += int(is_answer) + (THANKS_FIRST_POINTS if THANKS.match(body) else 0)
    if subject and len(subject_left) == 0:
        points += THANKS_SUBJECT_POINTS
    elif len(subject_left) > MAX_SUBJECT_WORDS_LEFT:
        points -= THANKS_SUBJECT_POINTS
    others = subject_left + _words_left(body)
    if not (THANKS.search(said) or CLOSED.search(said)):
        # Praise and "works now" are searched for as well: "great machine".
        points -= 1
        if points <= 0 or (others and points < SOME_POINTS):
            return False
    if points <= 0 or len(others) > WORDS_LEFT_ALLOWED[min(points, len(WORDS_LEFT_ALLOWED) - 1)]:
        return False
    doubts = sum(word in PERHAPS_WANTING for word in others)
    if points < MUCH_POINTS and doubts > int(points == MUCH_POINTS - 1):
        return False
    return not any(word in WANTING or CODE.match(word) for word in others)


def _words_left(text: str) -> list[str]:
    """Return the words that are no part of a thank-you or a courtesy, in order."""
    for pattern, _ in POINTS:
        text = pattern.sub(" ", text)
    text = WISHES.sub(" ", text)
    return [word for word in WORD.findall(text) if word not in COURTESIES]
