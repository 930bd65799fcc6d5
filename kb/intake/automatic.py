"""Tells automatic replies, receipts and bounces from messages that somebody wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence

MAX_WORDS = 120
# An automatic reply says so at its start.
BODY_CHARACTERS = 600
ENOUGH_POINTS = 2

# Mail programs put these before the subject they answer.
SUBJECT_PREFIX = re.compile(
    r"\W*(?:auto(?:matic|mated)?[- ]?(?:reply|response|answer)|autoreply|autorespon\w{2,4}|"
    r"automatische (?:antwort|abwesenheits\w{4,12}|empfangsbestätigung|eingangsbestätigung|"
    r"rückmeldung)|auto-?antwort|abwesenheits?(?:notiz|nachricht|meldung|benachrichtigung|"
    r"assistent|agent|info)?|abwesend|(?:\w+ / )?out of (?:the )?office(?: \w+)?|ooo|(?:not in "
    r"the|nicht im) (?:office|büro)|nicht erreichbar|in elternzeit|ferie|frånvaro\w*|automatiskt "
    r"svar|poissa|assente|assenza|gelesen|read|not read|lesebestätigung|réponse automatique|"
    r"absence du bureau|respuesta automática|fuera de la oficina|risposta automatica|fuori sede|"
    r"automatisch antwoord|afwezig(?:heid)?|resposta automática|autosvar|automatisk svar|"
    r"automaattinen vastaus|automatyczna odpowiedź|automatická odpověď|automatikus válasz|"
    r"otomatik yanıt|автоответ)\s*(?::|$| - )"
)
# Weaker, as is the prefix of a subject that is answered: they need a body that says the same.
SUBJECT_HINT = re.compile(
    r"\bauto:|\bout of (?:the )?office\b|\baway\b|\bon (?:leave|holiday|vacation)\b|\bclosed\b|"
    r"\bholiday hours\b|\bhave left\b|\bno longer with\b|\bmailbox (?:is )?full\b|\breturned "
    r"mail\b|\bundeliver|\bmail delivery\b|\bdelivery (?:status|failure|failed)\b|\breceived "
    r"your\b|\bwe have received\b|\brequest (?:received|#)|\bticket (?:received|created|opened)|"
    r"\bvirtual assistant\b|\backnowledg|abwesen|\burlaub|urlaub\b|pause\b|\bferien|ferien\b|"
    r"\bgeschlossen\b|unzustellbar|nicht zugestellt|postfach (?:ist )?voll|eingangsbestätigung|"
    r"empfangsbestätigung|\bist eingegangen\b|\bhaben ihre \w+ erhalten\b|vertretung|"
    r"\bauto-?(?:reply|response)|automatic reply|automatische antwort|\bnew (?:e-?mail "
    r")?address\b|\bneue (?:e-?mail-?)?adresse\b|\bholidays?\b|\bvacation\b|\bleave\b|"
    r"\belternzeit|\bmutterschutz|\b(?:has|have) been (?:received|resolved|closed|updated)\b|"
    r"\bticket\b|\bchius|\bferm(?:é|eture)|\bcongés?\b|\bcerrado|\bhow did we do\b|\brate (?:our|"
    r"your|us)\b|\bsurvey\b|\bferiados?\b|\bconfirm\w* (?:receipt|your)"
)
MACHINE = re.compile(
    r"\bthis is an automat(?:ed|ic(?:ally generated)?) (?:\w+ ){0,3}(?:reply|response|message|"
    r"e-?mail|acknowledge?ment)\b|\b(?:was|is|been) (?:generated|sent) automatically\b|"
    r"\bautomatically generated (?:reply|response|message|e-?mail)\b|\b(?:ist|handelt es sich um) "
    r"eine automatisch(?:e| (?:generierte|erzeugte|erstellte)) (?:antwort|nachricht|e-?mail|"
    r"eingangsbestätigung)\b|\byou are (?:now )?(?:number|no\.?) \d+ in the queue\b|\bsie sind "
    r"nummer \d+ in der warteschlange|\b(?:all|alle) (?:our )?(?:agents|mitarbeiter|"
    r"chat-?mitarbeiter) (?:are|sind) (?:currently |derzeit |gerade )(?:busy|im gespräch|belegt)|"
    r"\byour message (?:\w+ ){0,8}was (?:read|displayed) on\b|\b(?:wurde|wird) (?:automatisch|"
    r"maschinell) (?:erstellt|generiert|erzeugt|versandt|versendet)\b|\b(?:this|i) (?:mailbox|"
    r"address|inbox) is (?:not|no longer) (?:monitored|in use|active)\b|\b(?:diese|die) "
    r"(?:e-?mail-?)?adresse (?:\w+ )?(?:wird|ist) nicht (?:mehr )?(?:gelesen|aktiv|in gebrauch|"
    r"verwendet)|\bconfirm that you are (?:a human|not a robot)\b|\bto (?:deliver|release) your "
    r"(?:message|e-?mail)\b|\b(?:i'm|i am|ich bin) (?:\w+, )?(?:your|the|an?|ihre?|dein|ein) "
    r"(?:virtual|digital|virtuelle[rn]?|digitale[rn]?) (?:assistant|agent|assistent\w{0,2})\b"
)
RECEIPT = re.compile(
    r"\b(?:your|this|the) (?:support |service )?(?:request|ticket|message|enquiry|inquiry|e-?mail|"
    r"case|query|application)(?: \(?#?[\w-]{1,20}\)?)? (?:has been|was|is being) (?:successfully "
    r")?(?:received|registered|created|logged|opened|assigned|forwarded|looked|resolved|closed|"
    r"updated|merged)|\b(?:ticket|case|reference|request|vorgangs|ticket-?|fall)\W?(?:id|no|"
    r"number|nummer)\b|\bwe(?:'ve| have)? (?:successfully )?received your (?:\w+ )?(?:request|"
    r"message|enquiry|inquiry|e-?mail|query|application)|\b(?:ihre?|deine?) (?:anfrage|nachricht|"
    r"e-?mail|anliegen|ticket|schreiben|mitteilung) (?:\w+ ){0,3}(?:ist|wurde|wird|haben "
    r"wir)\b[^.?!]{0,60}(?:eingegangen|erhalten|erfasst|registriert|geführt|angelegt|"
    r"weitergeleitet)|\bwir haben (?:ihre|deine) (?:anfrage|nachricht|e-?mail|mitteilung) (?:\w+ "
    r")?erhalten\b|\bnous avons bien reçu\b|\bhemos recibido su\b"
)
WILL_ANSWER = re.compile(
    r"\b(?:we|i|our team|someone|a member of \w+ \w+) (?:will|shall|aim to|try to|usually) (?:\w+ "
    r"){0,3}(?:answer|reply|respond|get back|be in touch|come back)\b[^.?!]{0,60}(?:\b(?:within|"
    r"in|as soon as)\b)|\b(?:bearbeitung|antwort|beantwortung)\b[^.?!]{0,60}\b(?:stunden|"
    r"werktagen?|tagen?)\b|\bwir (?:melden uns|antworten|kümmern uns|"
    r"werden)\b[^.?!]{0,60}\b(?:schnellstmöglich|so bald|sobald|innerhalb|baldmöglichst|umgehend|"
    r"in kürze|so schnell wie möglich)|\b(?:response|reply|waiting|processing|handling) times?\b|"
    r"\b(?:may|can|might) take (?:longer|up to|a (?:few|little))|\byou will hear from us\b|\bsie "
    r"(?:hören|erhalten|bekommen)\b[^.?!]{0,40}(?:von uns|antwort|rückmeldung|nachricht)|"
    r"\bwartezeit|\bkann\b[^.?!]{0,40}dauern\b|\b(?:within|innerhalb von|in) (?:\w+ )?\w+ "
    r"(?:working days|business days|werktagen|arbeitstagen|stunden|hours)\b|\bopening hours\b|"
    r"\böffnungszeiten\b|\bimportant to us\b|\bist uns wichtig\b"
)
THANKS_FOR_WRITING = re.compile(
    r"\b(?:thank you|thanks|many thanks) for (?:your (?:e-?mail|message|mail|enquiry|inquiry|"
    r"request|interest|letter|note|order|application|patience|feedback|call)|contacting|writing|"
    r"getting in touch|reaching out)|\b(?:vielen |herzlichen |besten )?dank(?:e)? für (?:ihre?|"
    r"deine?|eure) (?:nachricht|e-?mail|mail|anfrage|schreiben|mitteilung|interesse|"
    r"kontaktaufnahme|bewerbung|bestellung|geduld|anruf|verständnis)\b|\bmerci pour votre "
    r"(?:message|e-?mail|mail)\b"
)
AWAY = re.compile(
    r"(?:^|[.!,\n:] ?|\b(?:i am|i'm|i will be|we are|we're|i|and|is|are) )(?:currently |now |also "
    r"|still )?(?:out of (?:the |my )?office|on (?:annual |maternity |parental |sick |paternity "
    r")?(?:leave|vacation|holiday)|away (?:from (?:the|my) (?:office|desk)|until|till|from|for|"
    r"on)|travelling|taking (?:a|some) (?:break|time off)|off (?:sick|until|work)|closed (?:for|"
    r"until|from|on|over))\b|\b(?:our |the )?(?:office|shop|store|studio|practice|workshop|school|"
    r"company)s? (?:is|are|will be|remains?) (?:\w+ )?closed\b|\bi only (?:work|check|read)\b|"
    r"\bich (?:arbeite|lese|bin) (?:meine (?:e-?)?mails )?nur (?:\w+ )?(?:montags?|dienstags?|"
    r"mittwochs?|vormittags?|einmal|an)\b|\bno longer (?:work|works|working|employed) (?:here|for|"
    r"at|with|by)\b|\bdriving (?:right )?now\b|\b(?:at|auf) (?:a|an|der|einer) (?:conference|"
    r"trade fair|messe|fortbildung)\b|\bin (?:einer )?(?:besprechung|schulung|meetings all day)\b|"
    r"\b(?:habe|mache|machen|haben) (?:\w+ ){0,3}(?:urlaub|pause|ferien)\b|\b(?:retired|im "
    r"ruhestand|in rente|pensioniert)\b|\b(?:ist|bin) nicht mehr (?:bei|für|im|in)\b|\bhas left "
    r"(?:the company|us)\b|\b(?:büro|praxis|laden|geschäft|werkstatt|kanzlei|atelier) (?:\w+ "
    r"){0,6}(?:nicht besetzt|geschlossen|zu)\b|\bchius[oai] per\b|\bsiamo chiusi|\bfermés? (?:du|"
    r"jusqu|pour)|\b(?:ich |wir )?(?:bin|sind) (?:[^.?!\n]{0,60}\b)?(?:unterwegs|weg|auf "
    r"(?:\w+reise|reisen)|nicht (?:im (?:büro|haus|dienst)|erreichbar|am platz)|abwesend|im "
    r"(?:\w+)?urlaub|in (?:elternzeit|mutterschutz)|außer haus|ausser haus)\b|\b(?:bleibt|bleiben|"
    r"ist|sind|haben|hat|macht|machen)\b[^.?!\n]{0,80}\b(?:geschlossen|betriebsferien|"
    r"betriebsurlaub|\w{3,12}pause|urlaub|ferien)\b|\bje suis (?:absent|en congé)|\bestoy fuera\b|"
    r"\bsono (?:assente|fuori)|\bik ben (?:afwezig|niet aanwezig|met vakantie)"
)
BACK = re.compile(
    r"\b(?:(?:will |shall )?(?:be )?(?:back|return(?:ing)?|re-?open(?:ing)?|available again)(?: "
    r"(?:in the office|at work|here|again))? (?:on|at|in|until|from|by|after|tomorrow|next|monday|"
    r"tuesday|wednesday|thursday|friday)\b|(?:limited|no|sporadic) access to (?:my )?e-?mail|no "
    r"(?:laptop|e-?mail|signal|access|internet)\b|(?:away|closed|office|leave|vacation|holiday) "
    r"(?:until|till)\b|\b(?:from|between) [^.?!\n]{3,25} (?:to|until|till|and|through) "
    r"[^.?!\n]{3,25}|(?:torn\w+|rientr\w+|riapr\w+|de retour|regreso|retour)|\bmelde mich "
    r"(?:danach|dann|ab|am|nach|wieder)|(?:ab|am|erst am|ab dem|zum) [^.?!\n]{0,30}?\.? "
    r"?[^.?!\n]{0,20}wieder (?:da|erreichbar|für (?:sie|euch|dich)|im (?:büro|haus|dienst)|"
    r"geöffnet|zurück|an meinem)|wieder (?:ab|am) \w+ (?:da|erreichbar|geöffnet)|(?:ab|zum) "
    r"[^?!\n]{0,30}(?:zurück|erreichbar)|(?:bis|vom) (?:einschließlich |zum |einschl\. "
    r")?\d{1,2}\. ?(?:\d|[a-zä]))"
)
NO_READER = re.compile(
    r"\b(?:(?:not|nicht|never) (?:be(?:en)? |being )?(?:forwarded|weitergeleitet|read|gelesen|"
    r"monitored|checked)|lese (?:\w+ )?keine|(?:do|please do) not reply (?:to|directly)|antworten "
    r"sie (?:bitte )?nicht (?:auf|darauf)|bitte (?:nicht|antworten sie nicht) (?:auf )?(?:darauf|"
    r"diese)|to add (?:more|additional|further) (?:comments|information)|no longer (?:works?|"
    r"working|employed|with|at)\b[^.?!\n]{0,40}\b(?:here|us|company|firm)|nicht mehr (?:bei uns|"
    r"im unternehmen|für uns))"
)
IN_MEANTIME = re.compile(
    r"\b(?:(?:in|for) (?:any )?(?:urgent|emergency)|if (?:it|this|your \w+) is (?:urgent|about)|"
    r"(?:cannot|can't|can not) wait|in (?:my|the) absence|(?:please|kindly) (?:direct|contact|"
    r"write to|ring|call|send|speak|use)|in dringenden|dringende \w+|vertretung|vertritt mich|"
    r"vertreten durch|(?:wenden sie sich|richten sie)|während meiner abwesenheit|en cas d'urgence|"
    r"en mi ausencia)"
)
MENU = re.compile(
    r"\b(?:try|choose|pick|select) one of|wählen sie|\b1[.):]? \w[^?!]{0,80}\b2[.):]? \w"
)
BOUNCED = re.compile(
    r"\bthis (?:is the mail system|message was created automatically by mail)|\b(?:your|ihre|the "
    r"following|die folgende) (?:message|nachricht|e-?mail|mail)\b[^?]{0,80}(?:could ?n.t be "
    r"delivered|wasn.t delivered|could not be delivered|konnte nicht zugestellt|couldn.t be "
    r"delivered|has not been delivered|was not delivered|wurde nicht zugestellt)|\bdelivery "
    r"(?:has failed to|to) (?:these|the following) recipients?|\bdelivery to the following \w+ "
    r"(?:has )?(?:failed|was aborted|is delayed)|\b(?:address|recipient|user) (?:not found|"
    r"unknown|rejected)\b|\bempfänger (?:unbekannt|nicht gefunden)|\b55[0-4][ -]5\.\d\.\d\b"
)
# A bounce says so at once; people who ask about one begin with their own words.
BOUNCE_CHARACTERS = 15
BODY_SIGNS = (
    (MACHINE, 2),
    (BOUNCED, 2),
    (RECEIPT, 1),
    (WILL_ANSWER, 1),
    (THANKS_FOR_WRITING, 1),
    (AWAY, 1),
    (BACK, 1),
    (NO_READER, 1),
    (IN_MEANTIME, 1),
    (MENU, 1),
)
# One of these stands in every automatic reply without a telling subject; looked for first.
TELLING_LIST = (
    "office leave vacation holiday holidays away closed travelling reopen automatic automatically "
    "automated received forwarded delivered delivery recipients assistant assistent virtual büro "
    "urlaub abwesend elternzeit mutterschutz unterwegs besetzt queue warteschlange agents "
    "mitarbeiter monday tuesday wednesday thursday friday montag dienstag mittwoch donnerstag "
    "freitag soon writing business hours stunden werktagen wartezeit retired ruhestand rente pause "
    "driving anliegen chiusi chiuso fermé fermés ferie riapriamo regreso retour geschlossen "
    "betriebsferien sommerpause automatisch automatische maschinell eingegangen erhalten "
    "weitergeleitet zugestellt werktage contacting monitored congé absent fuera assente afwezig "
    "vakantie"
)
TELLING = frozenset(TELLING_LIST.split())
# A person who goes on like this asks, also about such messages.
ASKING = re.compile(
    r"\b(?:how (?:do|can|to|should)|why|what (?:do|can|is wrong)|(?:does|do|did)(?:n't| not)\b|"
    r"won't|unable to|what \w+ \w+ happened|i (?:put|moved|changed|installed|am (?:using|trying|"
    r"having|unable))|non riesco|come (?:posso|possiamo)|i (?:need|want|tried|have tried|get|got|"
    r"keep|have (?:a|an|the|been|no)|can'?t|cannot|bought|ordered|use|try|would like|sent|"
    r"received|set|opened|wonder)\b|my \w+ (?:is|has|does|won|keeps|still)\b|any (?:idea|help|"
    r"advice)|is there|can (?:i|you|we)|could (?:i|you|we)|wie (?:kann|richte|stelle|bekomme|"
    r"lange|geht)|warum|wieso|weshalb|ich (?:möchte|brauche|habe|bekomme|kann|will|wollte|hätte|"
    r"warte|suche)|mein[e]? \w+ (?:ist|hat|geht|lässt)|können sie|könnten sie|was (?:kann|soll|"
    r"mache))\b"
)


def is_automatic(subject: str, body: str, words: Sequence[str], *, is_answer: bool = False) -> bool:
    """Return whether a machine answered: out of office, a receipt, a bounce, a chat robot.

    `subject` and `body` are in lower case, `words` are theirs; `is_answer` tells that the subject
    is only carried over, so that a person may be answering an automatic reply.
    """
    if len(words) > MAX_WORDS:
        return False
    points = 0
    if SUBJECT_PREFIX.match(subject):
        points = 1 if is_answer else 2
    elif not is_answer:
        points = int(SUBJECT_HINT.search(subject) is not None)
    if points == 0 and TELLING.isdisjoint(words):
        return False
    start = body[:BODY_CHARACTERS]
    if "?" in start and not MENU.search(start) and points < ENOUGH_POINTS:
        return False
    if ASKING.search(start) or (not is_answer and ASKING.search(subject)):
        return False
    return points + _body_points(start) >= ENOUGH_POINTS


def _body_points(start: str) -> int:
    points = 0
    for pattern, count in BODY_SIGNS:
        found = pattern.search(start)
        if found and (pattern is not BOUNCED or found.start() < BOUNCE_CHARACTERS):
            points += count
        if points >= ENOUGH_POINTS:
            break
    return points
