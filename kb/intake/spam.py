"""Tells advertising and fraud from questions, by several general signs together."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A false mark hides a customer's question, so no single sign is enough, and what leads nowhere
# needs one more.
ENOUGH_POINTS = 4
ENOUGH_POINTS_WITH_LINK = 3
MAX_WORDS = 180

LINK = re.compile(r"https?://|\bwww\.")
MONEY = re.compile(
    r"(?:[$€£]|\b(?:usd|eur|euro|gbp|dollars?)\b) ?\d|\d ?(?:[$€£]|(?:usd|eur|euro|gbp|"
    r"dollars?)\b)|\d ?% (?:off|rabatt|discount)|-\d\d ?%"
)
PRIZE = re.compile(
    r"\b(?:you(?:'ve| have)? (?:been |are )?(?:the )?(?:lucky )?(?:winner|won|selected)|lottery|"
    r"jackpot|casino|free spins|no deposit|claim (?:your|it|now|the)|beneficiary|inheritance|"
    r"(?:sie haben|du hast) (?:\w+ ){0,3}gewonnen|glücklicher gewinner|gewinnspiel|lotterie|"
    r"freispiele|erbschaft|next of kin|unclaimed|late client|million (?:usd|dollars?|euro|eur|"
    r"pounds)|gift ?cards?|geschenkkarten?|rewards? (?:is|are) waiting|survey and (?:win|get)|"
    r"congratulations|herzlichen glückwunsch)\b"
)
QUICK_MONEY = re.compile(
    r"\b(?:bitcoins?|crypto\w{0,8}|krypto\w{0,8}|forex|trading (?:bot|robot)|(?:bot|robot) "
    r"trades?|passive income|passives einkommen|financial freedom|(?:made|earn|verdien\w{1,3}) "
    r"(?:up to |bis zu )?[$€]?\d[\d.,]* ?(?:usd|eur|euro|[$€])?|no experience needed|work from "
    r"home|nebenverdienst|guaranteed (?:profit|return|income)s?|rendite|wallet|btc|usdt|from home|"
    r"von zu hause aus|heimarbeit|reich werden|get rich|extra income|zusatzeinkommen|heimlich "
    r"gefilmt|recorded you|your webcam)\b"
)
LOAN = re.compile(
    r"\b(?:(?:instant|quick|personal|business|cheap|unsecured) loans?|loan offer|bad credit|"
    r"sofortkredit|interest rate|zinssatz|debt relief|umschuldung|(?:kredit|darlehen) (?:ohne|bis|"
    r"trotz|von)|schufa|negative[mnr]? eintrag)\b"
)
REACH = re.compile(
    r"\b(?:back ?links?|(?:do-?|no-?)follow|guest posts?|gastbeiträge?|link ?(?:building|"
    r"insertion|aufbau)|white hat|seo|rank(?:ing)?s? (?:your|could|better|higher)|(?:page|seite|"
    r"platz|position) (?:1|one|eins)\b|\d[\d.,]*k? (?:real |aktuelle |geprüfte |quality |active "
    r")*(?:followers?|abonnenten|adressen|addresses|kontakte|leads|blogs|likes)|more (?:visitors|"
    r"traffic|customers)|mehr besucher|neukunden|grow your (?:\w+ )?(?:socials|brand|business|"
    r"sales|audience|followers))\b"
)
TRADE = re.compile(
    r"\b(?:moq|fob|purchase manager|sourcing manager|(?:professional|leading) (?:factory|"
    r"manufacturer|supplier)|hire us|(?:from|ab) \d+ ?(?:usd|eur|euro|[$€]) ?(?:/|per|pro|die) "
    r"?(?:hour|stunde)|price ?list|preisliste|explainer videos?|(?:web|app|mobile|mobile app) "
    r"developers?|werbeartikel|(?:ihrem|your) (?:firmen)?logo|webmaster|domain ?inhaber|domain "
    r"owner|branchenverzeichnis|web ?design(?:er)?|webentwicklung|online-?marketing|digital "
    r"marketing|lead generation|call ?cent(?:er|re) (?:services|outsourcing)|outsourcing|email "
    r"list|e-?mail-?verteiler|wholesale|distributor|oem|replica|designer (?:shoes|bags|watches)|"
    r"rolex|weight loss|abnehmen|cbd|pills|testosteron\w?|5 ?-?(?:star|sterne) (?:reviews|"
    r"bewertungen)|(?:google )?bewertungen kaufen|buy (?:reviews|followers)|photovoltaik|"
    r"solaranlagen?|stromtarif|goldankauf|firmenwagen|reinigungsfirma|personalvermittlung|"
    r"zeitarbeit|staffing|fachkräfte|translation services|übersetzungsbüro|explainer|influencer "
    r"marketing|press release|trade (?:show|fair)|messestand|dsgvo-?check|versicherungsvergleich|"
    r"(?:trade|business|company) directory|seriös\w{0,2} partner|business proposal|investors?)\b"
)
OFFER = re.compile(
    r"\b(?:we (?:can )?(?:offer|provide|place|deliver|supply|own|do|are (?:a|an|the)|specialise|"
    r"specialize)|wir (?:bieten|liefern|setzen|vermitteln|sind (?:eine?|ein) (?:\w+ )?(?:firma|"
    r"agentur|unternehmen|\w+firma)|und bieten)|und bieten|our (?:services|rates|team of)|"
    r"unser\w{0,2} (?:angebot|katalog|leistungen)|bei uns|we help|wir helfen|we (?:would|could|"
    r"can) (?:be happy|improve|boost|increase|design|build|create)|our (?:company|team|agency|"
    r"experts|factory|clients|customers)|unsere?[nrms]? (?:team|agentur|kunden|experten|firma|"
    r"unternehmen)|special (?:offer|price)|sonderpreis|sonderangebot|best price|low price|"
    r"günstig\w{0,3}|exklusiv\w{0,3}|exclusive|free (?:sample|shipping|script|quote|audit|trial)|"
    r"unverbindlich|kostenlosen? (?:beratung|besichtigung|analyse|muster)|no obligation|einmalig "
    r"\d|monatlich kündbar|per month|a month|monthly fee|billed monthly)\b"
)
YOUR_SITE = re.compile(
    r"\byour (?:web ?site|site|homepage|domain|blog|business|company|brand|shop|listing|"
    r"esteemed)\b|\b(?:ihre|deine) (?:webseite|web ?site|seite|homepage|domain|internetseite)\b|"
    r"\bihr (?:unternehmen|betrieb)\b|\bihre[rsn]? (?:firma|unternehmens|website|webseite|domain)\b"
)
PUSH = re.compile(
    r"\b(?:click (?:here|now|the link|below)|tap here|klicken sie|jetzt (?:klicken|bestellen|"
    r"anfragen|sichern|unverbindlich)|(?:just |simply )?(?:reply|answer) (?:with|yes|this mail|"
    r"stop)|text me|whats ?app|telegram|sign up|join (?:now|us|\d)|secure your|order now|to order|"
    r"act now|buy now|limited (?:time|offer)|interested\?|(?:shall|can|may|could) (?:i|we) "
    r"(?:send|know|call|quote|show)|want to know (?:how|more)|would you be open|darf ich ihnen|"
    r"dürfen wir ihnen|wann (?:würde|passt) es ihnen|visit http|zahlen sie|begleichen sie|"
    r"überweisen sie|bestätigen sie|melden sie sich|antworten sie mit|remit|kindly (?:remit|pay|"
    r"confirm)|contact (?:me|us) (?:at|on|via|now|today)|get started|apply (?:now|today)|download "
    r"(?:now|here)|log ?in (?:here|now|to)|hier (?:klicken|anmelden|einloggen|bestellen|geht)|"
    r"jetzt (?:anmelden|starten|zugreifen|gratis|kostenlos|einloggen|bezahlen|informieren)|rufen "
    r"sie (?:uns|mich|jetzt)|verify (?:here|now|your)|update your|pay (?:now|here|the)|haben sie "
    r"interesse|interesse\?|let me know if you(?:'re| are) interested|looking forward to (?:your|"
    r"hearing)|let.s (?:talk|chat|connect)|call (?:tuesday|monday|wednesday|thursday|friday)|\d+ "
    r"minute (?:chat|call))\b"
)
HURRY = re.compile(
    r"\b(?:within \d+ hours|in den nächsten \d+ stunden|innerhalb (?:von \d+ stunden|eines tages)|"
    r"only \d+ (?:\w+ )?(?:left|people|pairs|places|spots)|first \d+ (?:people|customers)|nur "
    r"noch \d+|last(?: and final)? (?:notice|reminder|chance)|final notice|letzte[r]? (?:mahnung|"
    r"zustellversuch|chance|hinweis)|zur vermeidung|to avoid (?:legal|deletion|suspension)|"
    r"umgehend|by close of business|expires? (?:today|soon)|läuft ab|while you sleep|hot!|sale\b)"
)
HELD_UP = re.compile(
    r"\b(?:(?:your|a|ihr|ihre|ein) (?:parcel|package|delivery|shipment|paket|sendung|päckchen|"
    r"konto|account|mailbox|e-?mail account)|(?:konto|account|paket|"
    r"sendung))\b[^?]{0,120}\b(?:held|on hold|suspended|restricted|limited|locked|unpaid|could "
    r"not be delivered|returned|zurück|gesperrt|eingeschränkt|angehalten|konnte nicht|nicht "
    r"vollständig|"
    r"fehlen|fällig|deaktiviert|missing)\b",
    re.DOTALL,
)
DETAILS_WANTED = re.compile(
    r"\b(?:zollgebühr|nachzahlung|gebühr (?:ist |von )|offener betrag|customs? (?:fee|charge)|"
    r"(?:re-?delivery|shipping|unpaid|small|handling) fee|(?:your|ihre|deine) (?:pin|tan|password|"
    r"passwort|bank|card|karten|daten|full name|details|zahlungsdaten|identity)|copy of your|pin "
    r"und|verify your|bank has changed|overdue invoice|attached invoice|invoice which)\b"
)
ROMANCE = re.compile(
    r"\b(?:my photos|meine fotos|see my (?:photos|pics)|kennenlernen|lonely|single (?:woman|lady|"
    r"frau)|nette[nr]? (?:mann|frau)|soul ?mate|hot (?:girls|singles|chat)|sexy?|webcam girls?|"
    r"escort|viagra|cialis|(?:\d\d) (?:jahre|years old),)\b"
)
BULK = re.compile(
    r"\bunsubscribe\b|\bopt out\b|keine angebote mehr|kein interesse\? |\b100% (?:safe|original|"
    r"legal|free|real)|>>+|<<+|!!!|dear (?:sir|sirs|friend|webmaster|owner|manager|purchase|"
    r"beneficiary|customer|user)\b|sehr geehrter (?:domaininhaber|kunde|nutzer)|without password|"
    r"no password needed"
)
SIGNS = (
    (PRIZE, 2),
    (QUICK_MONEY, 2),
    (LOAN, 2),
    (REACH, 2),
    (TRADE, 2),
    (ROMANCE, 2),
    (HELD_UP, 1),
    (DETAILS_WANTED, 1),
    (LINK, 1),
    (MONEY, 1),
    (OFFER, 1),
    (YOUR_SITE, 1),
    (PUSH, 1),
    (HURRY, 1),
    (BULK, 1),
)
# Without a link or one of these there is nothing to sell; looked for first.
SELLING_LIST = (
    "earn trading casino spins bonus invest profit income loans insurance marketing agency "
    "developers design factory versicherung verdienen geld firma agentur gewinn offer own provide "
    "place deliver hire quote website site blogs links price prices free bieten liefern setzen "
    "angebot angebote katalog kredit loan winner won gewonnen bitcoin crypto lottery brand "
    "webseite followers backlinks seo investment business overdue rank ranking rankings domain "
    "videos whatsapp kostenlosen directory traffic buyer"
)
SELLING = frozenset(SELLING_LIST.split())
# Customers speak of what they bought and what happened to them; also of fraud that reached them.
CUSTOMER = re.compile(
    r"\b(?:i've (?:received|used|been|tried|had|got)|i have (?:been|used|received|tried|had|"
    r"installed|a (?:problem|question))|i (?:ordered|bought|own|tried|paid|cannot|can't|got|"
    r"received|need help|use|installed|returned|keep|just (?:got|received)|want to return|was "
    r"charged|am (?:getting|trying|using|unable|having))|we (?:ordered|bought|tried|paid|received|"
    r"got)|my (?:order|machine|parcel|invoice|account|computer|mail|e-?mails?|inbox|refund|"
    r"delivery|package|warranty|phone|browser|subscription|password|device|laptop|pc)|how (?:do|"
    r"can|to|should) (?:i|we)?|why|is (?:this|that|it) (?:from you|real|legit|genuine|a scam|safe|"
    r"you|spam)|scam|phishing|fraud|fake|betrug|does ?n.t|did ?n.t|not work|stopped|error|"
    r"crash\w{0,3}|ich (?:habe|hab|hatte|bekomme|kann|möchte|brauche|warte|wollte|nutze|verwende)|"
    r"mein[ea]?[mnrs]? \w+|wie (?:kann|bekomme|lange|geht)|warum|ist das (?:echt|von ihnen|von "
    r"euch|seriös)|funktioniert nicht|geht nicht|fehler(?:meldung)?|reklamation)\b"
)


def is_spam(text: str, words: Sequence[str]) -> bool:
    """Return whether a message sells or defrauds by several signs, and no customer speaks in it.

    `text` is the subject and the body with its courtesies in lower case; `words` are its words.
    """
    if len(words) > MAX_WORDS:
        return False
    if "http" not in text and "www." not in text and SELLING.isdisjoint(words):
        return False
    if CUSTOMER.search(text):
        return False
    enough = ENOUGH_POINTS_WITH_LINK if LINK.search(text) else ENOUGH_POINTS
    points = 0
    for pattern, count in SIGNS:
        if pattern.search(text):
            points += count
        if points >= enough:
            return True
    return False
