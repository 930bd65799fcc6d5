from dataclasses import replace

import pytest

from indexer.regrouping.decided_pairs import decided_pairs, overriders
from indexer.topics.constraints import settle_decisions
from tests.indexer.said import apart, said, same

ROWS = {number: number for number in range(12)}


def units(decisions, *, rows=ROWS, **options):
    """Rows that must stay together, those alone left out; pairs that must not; ids that lost."""
    given = decided_pairs(decisions, rows, **options)
    settled = settle_decisions(given.pairs, rows=12)
    unit_of = settled.unit_of.tolist()
    groups = [[row for row in range(12) if unit_of[row] == unit] for unit in sorted(set(unit_of))]
    kept_apart = {frozenset(pair) for pair in settled.apart}

    def differ(a, b):
        return frozenset((unit_of[a], unit_of[b])) in kept_apart

    return [one for one in groups if len(one) > 1], differ, given.ids_of(settled.overridden)


MERGE = said("merge", same(0, 4), about=(4, 5, 6), beside=(0, 1, 2))


def test_a_merge_holds_those_that_were_in_both_topics_and_no_later_ones():
    groups, _differ, lost = units(MERGE)

    assert (groups, lost) == ([[0, 1, 2, 4, 5, 6]], ())


def test_a_merge_of_an_older_version_holds_the_topic_of_today():
    old = [replace(MERGE[0], about=(), beside=())]

    assert units(old, present={7: {0, 4, 9}, 8: {1, 2}})[0] == [[0, 4, 9]]
    assert units(old, present={7: {0, 9}, 8: {4, 2}})[0] == [[0, 4]]


@pytest.mark.parametrize("moved", [5, 4, 0])
def test_a_question_that_was_moved_later_takes_nobody_with_it(moved):
    others = [one for one in (0, 1, 2, 4, 5, 6) if one != moved]
    move = said("move", same(moved, 8), apart(moved, others[0]), about=(moved,))

    groups, differ, lost = units([*MERGE, *move])

    assert sorted(groups) == sorted([others, [moved, 8]])
    assert differ(moved, others[-1])
    assert lost == ((MERGE[0].id,) if moved in (0, 4) else ())


def test_a_merge_whose_one_side_left_binds_nobody_any_more():
    moves = [d for one in (4, 5, 6) for d in said("move", same(one, 9), about=(one,))]

    groups, _differ, lost = units([*MERGE, *moves])

    assert groups == [[4, 5, 6, 9]]
    assert lost == (MERGE[0].id,)


def test_a_split_holds_although_its_first_question_moved_on():
    split = said("split", same(0, 1), same(0, 2), apart(0, 4), about=(0, 1, 2))
    move = said("move", same(0, 9), apart(0, 1), about=(0,))

    groups, differ, lost = units([*split, *move])

    assert groups == [[0, 9], [1, 2]]
    assert differ(1, 4)
    assert lost == tuple(one.id for one in split[:2])


def test_a_newer_merge_takes_a_split_back_and_a_newer_split_a_merge():
    split = said("split", same(4, 5), apart(4, 0), about=(4, 5))
    merge = said("merge", same(0, 4), about=(4, 5), beside=(0, 1))

    groups, _differ, lost = units([*split, *merge])
    assert (groups, lost) == ([[0, 1, 4, 5]], (split[1].id,))

    again = said("split", same(4, 5), apart(4, 0), about=(4, 5))
    groups, differ, lost = units([*split, *merge, *again])
    assert groups == [[4, 5]]
    assert differ(0, 5)
    assert lost == (merge[0].id,)


def test_what_is_taken_away_together_stays_together():
    pair = said("same", same(4, 5))
    split = said("split", same(4, 5), apart(4, 0), about=(4, 5))

    assert units([*pair, *split])[2] == ()


def test_two_that_are_not_the_same_part_with_the_first_one_leaving_a_merge():
    parted = said("not same", apart(1, 2), about=(1,))

    groups, differ, lost = units([*MERGE, *parted])

    assert (groups, lost) == ([[0, 2, 4, 5, 6]], ())
    assert differ(1, 2)


def test_near_copies_go_with_the_question_that_was_moved():
    move = said("move", same(5, 9), apart(5, 0), about=(5,))

    groups, differ, lost = units([*MERGE, *move], copies={5: [6, 7]})

    assert (groups, lost) == ([[0, 1, 2, 4], [5, 6, 7, 9]], ())
    assert differ(7, 0)


def test_near_copies_of_both_of_two_questions_are_meant():
    pair = said("not same", apart(1, 2))

    groups, differ, _lost = units(pair, copies={1: [8], 2: [9]})

    assert groups == [[1, 8], [2, 9]]
    assert differ(8, 9)


def test_equal_texts_are_one_row():
    move = said("move", same(5, 9), apart(5, 0), about=(5,))
    rows = {**ROWS, 6: 5}

    groups, _differ, lost = units([*MERGE, *move], rows=rows)

    assert (groups, lost) == ([[0, 1, 2, 4], [5, 9]], ())


def test_what_is_gone_is_passed_over():
    rows = {number: row for number, row in ROWS.items() if number not in (0, 4)}

    groups, _differ, lost = units(MERGE, rows=rows)

    assert (groups, lost) == ([[1, 2, 5, 6]], ())


def test_what_is_overridden_names_the_newer_action():
    pair = said("same", same(1, 2))
    parted = said("not same", apart(1, 2), about=(1,))
    move = said("move", same(4, 9), apart(4, 0), about=(4,))

    assert overriders([*pair, *parted]) == {pair[0].id: parted[0].batch}
    assert overriders([*MERGE, *move]) == {MERGE[0].id: move[0].batch}
    assert overriders(MERGE) == {}
