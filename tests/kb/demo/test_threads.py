"""The demo's forum: solved and open threads, two spam waves, a heated one, a duplicate pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import combinations

from rapidfuzz import fuzz

from tests.kb.demo.world import (
    AFTER_LAST_DAY,
    FIRST_DAY,
    GOLD_POSTS,
    GOLD_THREADS,
    INTENTS,
    POSTS,
    THREADS,
    normal,
)

THREAD_FIELDS = ["id", "created", "title", "lang", "product", "state", "tags", "posts"]
POST_FIELDS = [
    "id",
    "created",
    "author",
    "staff",
    "text",
    "votes",
    "accepted",
    "hidden",
    "flags",
]
REASONS = {"spam", "rude", "off_topic", "wrong"}
BY_ID = {thread["id"]: thread for thread in THREADS}
POSTS_BY_ID = {post["id"]: post for post in POSTS}


def waves():
    found = defaultdict(list)
    for post_id, row in GOLD_POSTS.items():
        if row["spam_wave"]:
            found[row["spam_wave"]].append(POSTS_BY_ID[post_id])
    return found


def test_every_thread_and_post_has_the_same_fields_and_its_own_id():
    assert {tuple(thread) for thread in THREADS} == {tuple(THREAD_FIELDS)}
    assert {tuple(post) for post in POSTS} == {tuple(POST_FIELDS)}
    assert len(BY_ID) == len(THREADS)
    assert len(POSTS_BY_ID) == len(POSTS)
    assert GOLD_THREADS.keys() == BY_ID.keys()
    assert {row["intent"] for row in GOLD_THREADS.values()} <= {*INTENTS, "none"}


def test_sixty_threads_over_the_forty_weeks_in_both_languages_and_all_states():
    assert len(THREADS) >= 60
    assert len(POSTS) >= 300
    states = Counter(thread["state"] for thread in THREADS)
    assert states.keys() == {"open", "solved", "locked", "hidden"}
    languages = Counter(thread["lang"] for thread in THREADS)
    assert 0.5 <= languages["en"] / len(THREADS) <= 0.7
    created = [datetime.fromisoformat(thread["created"]) for thread in THREADS]
    assert created == sorted(created)
    assert created[0] >= FIRST_DAY
    assert max(datetime.fromisoformat(post["created"]) for post in POSTS) < AFTER_LAST_DAY


def test_posts_follow_each_other_and_people_come_back():
    for thread in THREADS:
        times = [post["created"] for post in thread["posts"]]
        assert times == sorted(times), thread["id"]
        assert times[0] == thread["created"]
        assert not thread["posts"][0]["accepted"]
    threads_of = Counter(
        author for thread in THREADS for author in {post["author"] for post in thread["posts"]}
    )
    assert sum(count >= 4 for count in threads_of.values()) >= 8


def test_a_solved_thread_has_one_accepted_post_and_no_other_has_one():
    for thread in THREADS:
        accepted = sum(post["accepted"] for post in thread["posts"])
        assert accepted == (thread["state"] == "solved"), thread["id"]
    assert sum(thread["state"] == "solved" for thread in THREADS) >= 30


def test_votes_go_up_and_down_and_flags_have_reasons():
    assert min(post["votes"] for post in POSTS) < 0
    assert max(post["votes"] for post in POSTS) >= 20
    flags = [flag for post in POSTS for flag in post["flags"]]
    assert {flag["reason"] for flag in flags} == REASONS
    assert all(flag["count"] >= 1 for flag in flags)


def test_two_spam_waves_say_the_same_in_other_words_within_days():
    assert waves().keys() == {"1", "2"}
    for posts in waves().values():
        assert len(posts) >= 6
        times = [datetime.fromisoformat(post["created"]) for post in posts]
        assert max(times) - min(times) <= timedelta(days=4)
        for left, right in combinations(posts, 2):
            assert fuzz.ratio(normal(left["text"]), normal(right["text"])) < 75
        flagged = [post for post in posts if post["flags"]]
        assert 0 < len(flagged) < len(posts)


def test_one_thread_is_heated_with_rude_posts_hidden_and_a_calm_word_of_staff():
    heated = {post_id.rsplit("-", 1)[0] for post_id, row in GOLD_POSTS.items() if row["mood"]}
    assert len(heated) == 1
    posts = BY_ID[heated.pop()]["posts"]
    assert len(posts) >= 10
    assert sum(any(flag["reason"] == "rude" for flag in post["flags"]) for post in posts) >= 2
    assert any(post["hidden"] for post in posts)
    assert any(post["staff"] for post in posts)


def test_one_thread_repeats_another_of_the_same_intent_in_other_words():
    pairs = [(i, row["duplicate_of"]) for i, row in GOLD_THREADS.items() if row["duplicate_of"]]
    assert len(pairs) == 1
    later, earlier = pairs[0]
    assert BY_ID[earlier]["created"] < BY_ID[later]["created"]
    assert GOLD_THREADS[earlier]["intent"] == GOLD_THREADS[later]["intent"] != "none"
    assert fuzz.ratio(BY_ID[later]["title"], BY_ID[earlier]["title"]) < 75
