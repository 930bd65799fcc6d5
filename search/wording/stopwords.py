"""Words that carry no meaning of their own, per language, in folded form."""

from __future__ import annotations

_WORDS: dict[str, str] = {
    "en": """
        a about above after again against all am an and any are aren't as at be because been
        before being below between both but by can can't could couldn't did didn't do does doesn't
        doing don't down during each few for from further had has have haven't having he her here
        hers him his how i i'd i'll i'm i've if in into is isn't it it's its just me more most my
        of off on once only or other our ours out over own please same she should so some such
        than that that's the their theirs them then there these they this those through to too
        under until up us very was wasn't we were what what's when where which while who whom why
        will with would you your yours""",
    "de": """
        aber alle allem allen aller alles als also am an ander andere anderem anderen anderer
        anderes auch auf aus bei beim bin bis bist bitte da damit dann das dass dein deine deinem
        deinen deiner dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch
        dort du durch ein eine einem einen einer eines einige einigem einigen einiger einiges er es
        etwas euch euer eure eurem euren eurer fuer gibt hab habe haben hat hatte hatten hier hin
        ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in indem ins ist jede jedem jeden jeder
        jedes jene jenem jenen jener jenes jetzt kann kannst koennen koennte mal man manche mein
        meine meinem meinen meiner mich mir mit muss muessen nach noch nun nur ob oder sehr sein
        seine seinem seinen seiner selbst sich sie sind so solche soll sollte sondern sonst ueber
        um und uns unser unsere unserem unseren unserer unter vom von vor war waren was weil welche
        welchem welchen welcher welches wenn werde werden wie wieder will wir wird wirst wo wollen
        wuerde wuerden zu zum zur zwar zwischen""",
    "fr": """
        a ai as au aux avec c ce ces cette d dans de des du elle elles en est et etre eu il ils j
        je l la le les leur leurs lui m ma mais me mes moi mon n ne nos notre nous on ont ou par
        pas peut peux pour qu que quel quelle qui s sa se ses si son sont suis sur t ta te tes toi
        ton tu un une vos votre vous y""",
    "es": """
        a al algo como con cual cuando de del desde donde e el ella ellos en entre era es esa ese
        eso esta este esto estoy ha han hay he la las le les lo los me mi mis muy nos o para pero
        por porque puede puedo que quien se ser si sin sobre son soy su sus te tengo tiene tu tus
        un una unas uno unos y ya yo""",
    "it": """
        a ad ai al alla alle anche avere c che chi ci come con cosa da dal dalla de degli dei del
        della delle di do e ed era essere gli ha hai hanno ho i il in io l la le lei li lo loro lui
        ma mi mia mio mie miei ne nei nel nella no noi non o per perche piu posso puo quando quella
        quello questa questo se si sia siamo sono su sua sul sulla suo ti tra tu tuo un una uno
        vi voi""",
    "nl": """
        aan al als bij dan dat de deze die dit doe doen door een en er ga gaat geen had heb hebben
        heeft het hier hij hoe hun ik in is ja je kan kunnen me met mij mijn moet na naar niet nog
        nu of om omdat ons onze ook op over te tot u uit uw van veel voor waar waarom was wat we
        wel welke werd wie wij wil word worden ze zich zij zijn zo zou""",
    "pt": """
        a ao aos as com como da das de do dos e ela ele eles em entre era essa esse esta este eu
        foi ha isso isto ja la lhe mais mas me meu meus minha muito na nao nas no nos o os ou para
        pela pelo por porque posso qual quando que quem se sem ser seu seus sua suas tem tenho te
        tu um uma voce""",
}

STOP_WORDS: dict[str, frozenset[str]] = {
    lang: frozenset(word.replace("'", "") for word in words.split())
    for lang, words in _WORDS.items()
}
"""Language code to its stop words, written as `search.wording.analysis` folds words."""
