"""Synonyms are found in queries however they are inflected, and followed by every process."""

from __future__ import annotations

from kb.access import GUEST
from kb.searches.synonyms import SynonymGroup, parse_group
from search.generation import RecordState, build_generation
from search.index import IndexFollower
from search.query import parse_query
from search.wording.analysis import split_words, stem
from search.wording.synonyms import Synonyms
from tests.search.stores import FINGERPRINT, HELP_DESK, MemoryRecord


def found(groups, text, *, langs=("en",)):
    synonyms = Synonyms([parse_group(line) for line in groups], langs=langs)
    return [(one.start, one.end, one.others) for one in synonyms.find(split_words(text))]


def test_inflected_and_folded_words_have_the_synonyms_of_their_stem():
    groups = ["de: Brühgruppen, Brüheinheiten"]

    ((start, end, others),) = found(groups, "die Bruehgruppe tropft", langs=("de",))

    assert (start, end) == (1, 2)
    assert others == ((stem("bruheinheit", "de"),),)
    assert found(groups, "die Gruppe tropft", langs=("de",)) == []


def test_the_longest_stretch_wins_and_stop_words_inside_it_count():
    groups = ["out of paper, paper tray empty", "paper, sheet"]

    assert found(groups, "it is out of paper") == [(2, 5, (("paper", "tray", "empti"),))]
    assert found(groups, "of paper") == [(1, 2, (("sheet",),))]


def test_all_groups_of_a_word_come_together_and_each_other_word_once():
    ((_, _, others),) = found(["psu => power supply", "PSU, adapter", "psu, adapters"], "my PSU")

    assert others == (("power", "suppli"), ("adapt",))


def test_without_groups_nothing_is_found():
    assert not Synonyms()
    assert found([], "anything") == []


def test_a_change_of_synonyms_makes_a_new_snapshot_and_changes_nothing_else(tmp_path):
    record = MemoryRecord(HELP_DESK)
    build_generation(
        tmp_path,
        documents=HELP_DESK,
        vectors=lambda _: record.stored,
        state=RecordState(record.incarnation(), 0, FINGERPRINT),
    )
    follower = IndexFollower(tmp_path, record)
    assert follower.refresh()
    before = follower.snapshot

    record.say_the_same(SynonymGroup(("parcel", "package")))

    assert follower.refresh()
    after = follower.snapshot
    assert not follower.refresh()
    assert [part.segment for part in after.parts] == [part.segment for part in before.parts]
    query = parse_query("package")
    asked, then = (
        one.wording(GUEST.audiences).expand(query, lang="en").terms[0] for one in (before, after)
    )
    assert "parcel" not in asked.alternatives
    assert "parcel" in then.alternatives
    record.say_the_same()
    assert follower.refresh()
    assert not follower.snapshot.synonyms
    assert not follower.needs_build()


def test_readers_of_fewer_languages_have_the_synonyms_of_these():
    groups = [parse_group("invoice, bill"), parse_group("de: Brühgruppen, Brüheinheiten")]
    every = Synonyms(groups, langs=("en", "fr"))

    english = every.among(("en", "it"))

    assert english is every.among(("en",)) is not every
    assert every.among(("en", "fr", "de")) is every
    for text in ("the bills", "bill", "Brüheinheit", "billes"):
        alone = Synonyms(groups, langs=("en",))
        assert english.find(split_words(text)) == alone.find(split_words(text))
