import pytest

from indexer.replies.claims import Stance, read_statements
from indexer.replies.contradictions import find_contradictions

OPPOSED = [
    (
        "You may tumble-dry the jacket.",
        "Hello Ann, the jacket must not be tumble-dried, it loses its shape.",
    ),
    (
        "Use a wire brush on the grill.",
        "Don't use a wire brush on the grill, it scratches the coating.",
    ),
    (
        "Yes, clean the bike with a pressure washer every week.",
        "A pressure washer must never be used on the bike.",
    ),
    ("The Pro plan supports guest accounts.", "Guest accounts are not supported in the Pro plan."),
    ("The offline mode works in the train.", "The offline mode doesn't work in the train."),
    (
        "Guten Tag Herr Kunz, die Jacke können Sie in der Maschine waschen.",
        "Die Jacke bitte nie in der Maschine waschen.",
    ),
    (
        "Ja, Seife ist für die Pfanne in Ordnung. Danach gut abtrocknen, dann geht das Reinigen "
        "schnell.",
        "Seife darf in der Pfanne nicht zum Reinigen verwendet werden, denn sie greift sie an.",
    ),
    ("Gutscheine können bar ausgezahlt werden.", "Gutscheine werden nicht bar ausgezahlt."),
]

DIFFERING = [
    ("The voucher is valid for 12 months.", "Your voucher is valid for 24 months from today."),
    ("Change the brush head every 3 months.", "The brush head is changed every six months."),
    ("Der Versand kostet 4,90 Euro.", "Der Versand kostet 5,90 Euro pro Paket."),
    (
        "Wechseln Sie den Bürstenkopf alle 3 Monate.",
        "Der Bürstenkopf wird alle sechs Monate gewechselt.",
    ),
    (
        "The cartridge X-20 fits both jugs. It lasts 40 litres or 4 weeks, whichever comes first.",
        "A cartridge X-20 is good for 60 litres and should leave the water within 6 weeks.",
    ),
]

AGREEING = [
    # The negation hits another matter than the shared one.
    (
        "Rinse the brush in warm water every day.",
        "A daily rinse of the brush is good, but warm water doesn't dissolve paint.",
    ),
    ("No worries, the bike is not broken. Charge the bike again.", "Charge the bike overnight."),
    # The same advice, once as a ban and once as an instruction.
    ("Please leave the jacket out of the dryer.", "The jacket must not go into the dryer."),
    ("Do not use the grill and leave it switched off.", "Please leave the grill switched off."),
    # Tied to a condition or a time.
    ("Switch the bike light on.", "During the update, do not switch the bike light off."),
    ("Descale every 3 months.", "If you have a softener, descale the kettle every 6 months."),
    ("You can wash the jacket.", "Do not wash the jacket until the glue is dry."),
    # Different things.
    ("The Pro plan supports guest accounts.", "Guest accounts are not supported in Basic Free."),
    ("The Swift tent costs 90 euros.", "The Heron rucksack costs 70 euros."),
    ("The voucher is valid for 12 months.", "Refunds arrive within 14 days."),
    # The same figures in other words.
    ("Change the brush head every 3 months.", "The brush head is changed every three months."),
    ("Returns are free within 30 days.", "Returns are free within 30 days or 4 weeks."),
    # Asking is not denying.
    ("You may tumble-dry the jacket.", "May the jacket not be tumble-dried?"),
    ("Die Jacke können Sie waschen.", "Die Jacke müssen Sie nicht waschen."),
]


@pytest.mark.parametrize(("one", "other"), OPPOSED)
def test_what_one_allows_and_the_other_forbids_is_found_in_either_order(one, other):
    for texts in ((one, other), (other, one)):
        (found,) = find_contradictions(texts)
        assert (found.first, found.second) == (0, 1)
        assert found.first_sentence in texts[0]
        assert found.second_sentence in texts[1]


@pytest.mark.parametrize(("one", "other"), DIFFERING)
def test_other_numbers_for_the_same_matter_are_found(one, other):
    (found,) = find_contradictions([one, other])
    assert found.first_sentence in one
    assert found.matter


@pytest.mark.parametrize(("one", "other"), AGREEING)
def test_what_can_both_be_followed_is_no_contradiction(one, other):
    assert find_contradictions([one, other]) == []


def test_a_pair_is_told_once_with_its_strongest_sentences_and_the_others_are_left_alone():
    yes = "Yes, the tent may be washed by machine. The wool tent may be washed by machine warm."
    no = "The wool tent must not be washed by machine warm. The tent must not be washed."
    other = "Our shop opens at nine."
    (found,) = find_contradictions([other, yes, no])
    assert (found.first, found.second) == (1, 2)
    assert "wool" in found.matter


def test_the_strongest_pair_comes_first():
    texts = [
        "Change the brush head every 3 months.",
        "The brush head is changed every six months.",
        "The blue wool jacket may be washed by machine.",
        "The blue wool jacket must not be washed by machine.",
    ]
    assert [(f.first, f.second) for f in find_contradictions(texts)] == [(2, 3), (0, 1)]


@pytest.mark.parametrize(
    "texts", [[], [""], ["", " \n "], ["?!", "..."], ["12", "13"], ["x" * 50_000] * 2]
)
def test_texts_that_claim_nothing_are_taken(texts):
    assert find_contradictions(texts) == []


def test_a_text_never_contradicts_itself():
    assert find_contradictions(["You may wash the jacket. You must not wash the jacket."]) == []


def test_a_ban_reaches_as_far_as_its_clause():
    (ban,) = read_statements("The jacket must not be washed and please dry it flat.").claims
    assert ban.stance is Stance.FORBIDS
    assert ban.focus == "wash"
    assert ban.words == {"jacket", "wash"}
