"""Words that say nothing about what a question is about, per language."""

from __future__ import annotations

from functools import cache

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

_ENGLISH_SUPPORT = """
hello hi hey dear please thanks thank regards cheers sorry help need want wants wanted know
does doesn don didn can cannot couldn wouldn isn aren wasn won haven hasn ive im its would
could like just get got getting still way make really anyone someone something anything
question questions problem problems issue issues
"""
_GERMAN = """
aber alle allem allen aller alles als also am an ander andere anderem anderen anderer anderes
auch auf aus bei beim bin bis bist bitte da dabei dadurch dafür dagegen daher damit danach
danke dann daran darauf daraus darf darin darum das dass davon dazu dein deine dem den denn
der deren des deshalb dessen die dies diese diesem diesen dieser dieses doch dort du durch
ein eine einem einen einer eines einige einmal er es etwa etwas euch euer eure frage fragen
frau für gegen geht gibt grüße gruß guten habe haben hallo hat hatte hatten hätte herr hier
hilfe hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins ist ja jede
jedem jeden jeder jedes jedoch jemand jetzt kann kannst kein keine keinem keinen keiner
können könnte könnten leider machen macht man mehr mein meine meinem meinen meiner mich mir
mit möchte möchten morgen muss müssen nach nicht nichts noch nun nur ob oder ohne problem
schon sehr sein seine seinem seinen seiner seit sich sie sind so sobald sollte soll sollen
sondern sonst tag über um und uns unser unsere unter vielen viel vielleicht vom von vor war
wäre waren warum was weil welche welchem welchen welcher welches wenn wer werde werden wie
wieder will wir wird wirklich wo wurde würde wurden würden zu zum zur zwar zwischen
"""
_FRENCH = """
alors au aucun aussi autre avec avoir bonjour ce cela ces cette comme comment dans des du elle
en est et être eu fait faire il ils je la le les leur lui ma mais me merci mes moi mon ne nos
notre nous on ont ou où par pas peut plus pour pourquoi puis quand que quel quelle qui sa sans
se ses si son sont sur ta tes tous tout très tu un une vos votre vous
"""
_SPANISH = """
al algo como con cual cuando de del desde donde el ella en es esa ese eso esta está este esto
fue gracias ha hace hacer hay he hola la las le les lo los más me mi mis muy no nos o para pero
por porque puede puedo que qué quiero se ser si sí sin sobre son su sus también te tengo tiene
todo tu un una unas uno unos y ya yo
"""
_ITALIAN = """
ad al alla anche avere buongiorno che chi ci come con cosa da dal dalla dei del della delle di
dove e è gli grazie ha hai ho i il in io la le lo ma mi mia mio ne nel nella non o per perché
più può quando quanto quella quello questa questo salve se sei si sono su sul tra un una uno vi
"""
_DUTCH = """
aan al als bij dan dat de deze die dit doe door dus een en er ge geen graag had hallo heb hebben
heeft het hij hoe hun ik in is ja je kan kunnen maar me meer met mij mijn naar niet nog nu of om
ons ook op over te toch tot uit van veel voor waar wanneer want was wat we wel wij wil worden
zal ze zich zij zijn zo zou
"""


@cache
def stop_words() -> frozenset[str]:
    """Stop words of all languages that Kundig meets often, lower case.

    One set for all, because a topic may hold questions in several languages and a language
    may be unknown. English is scikit-learn's list.
    """
    own = " ".join((_ENGLISH_SUPPORT, _GERMAN, _FRENCH, _SPANISH, _ITALIAN, _DUTCH))
    return frozenset(ENGLISH_STOP_WORDS) | frozenset(own.split())
