from search.learning.asks import Kind, far_asks, sampled, wording_rounds
from tests.search.learning.own_store import own_store
from tests.search.stores import entry


def test_a_wording_is_out_of_its_entry_while_it_asks_and_the_title_never_is():
    rounds = wording_rounds(own_store())

    asked = [ask for one in rounds for ask in one.asks if ask.kind is Kind.WORDING]
    assert len(asked) == len({ask.text for ask in asked}) == 12 * 6
    for one in rounds:
        held = {document.key: document for document in one.documents}
        for ask in one.asks:
            (key,) = ask.right or {ask.hidden}
            wordings = [phrasing.text for phrasing in held[key].phrasings]
            assert ask.text not in wordings
            assert held[key].title in wordings
            assert len(wordings) >= 4


def test_some_ask_again_without_their_entry_and_nothing_answers_then():
    repeated = [
        ask for one in wording_rounds(own_store()) for ask in one.asks if ask.kind is Kind.WITHOUT
    ]

    assert repeated
    assert all(not ask.right and ask.hidden == ("entry", ask.group) for ask in repeated)


def test_what_two_entries_share_or_the_grammar_takes_as_an_order_is_not_asked():
    documents = [
        entry(1, "Loud", wordings=("It is loud!", "the noise at night")),
        entry(2, "Broken", wordings=("it is loud", 'it says "E 7" again', "tag:pump is dry")),
    ]

    asked = [ask.text for one in wording_rounds(documents) for ask in one.asks]

    assert set(asked) == {"the noise at night"}


def test_entries_with_one_wording_ask_nothing():
    assert wording_rounds(own_store(wordings=0)) == []
    assert wording_rounds([]) == []


def test_no_more_is_asked_than_allowed_and_in_no_more_rounds_than_that_takes():
    rounds = wording_rounds(own_store(), most=10)

    assert sum(ask.kind is Kind.WORDING for one in rounds for ask in one.asks) == 10
    assert len(rounds) == 1


def test_a_large_store_is_sampled_by_whole_entries_and_a_small_one_is_taken_as_it_is():
    documents = own_store()

    assert sampled(documents) == documents
    some = sampled(documents, most=30)
    assert sum(len(document.phrasings) for document in some) <= 30
    assert set(some) < set(documents)


def test_far_questions_are_the_same_each_time():
    assert far_asks(most=5) == far_asks(most=5)
    assert {ask.lang for ask in far_asks()} == {"de", "en"}
