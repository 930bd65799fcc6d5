"""A damaged index never takes the site down, and is built anew by itself."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from kb.store.engine import reading, transaction
from kb.store.instance import renew_incarnation
from kb.store.jobs import enqueue
from kb.store.schema import jobs
from search.generation import CURRENT_FILE, find_current_name, read_manifest
from search.generation_files import file_checksum, write_manifest
from tests.web.http.conftest import browser
from tests.web.http.damage import (
    LATER,
    QUERY,
    assert_heals,
    current_folder,
    damage,
    overwrite,
    titles,
    work_off,
)
from web.cli.index_state import check_index
from web.http.app import create_app
from web.worker.loop import SWEEP_S, Worker

PHRASE = '"steam whistle"'
"""Looked for in the file itself: what single words find is in memory already."""

FILES = (
    "manifest.json", "lexical.sqlite3", "vectors.npy", "vector_documents.npy",
    "vector_starts.npy", "ids.npy", "audience.npy", "tag_codes.npy", "values.json",
    "lexical.arrays", "crowding.npy", "passages.npy",
)  # fmt: skip


@pytest.mark.parametrize("how", ["gone", "cut", "flipped"])
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_replaced_and_the_older_generation_serves_meanwhile(
    two_generations, site_engine, name, how
):
    damage(current_folder(two_generations) / name, how)

    with browser(create_app(two_generations)) as client:
        # What the older one lacks comes from the log of changes.
        assert LATER in titles(client, "steam whistle")
        assert len(titles(client, QUERY)) >= 1
        assert_heals(two_generations, site_engine, client)


@pytest.mark.parametrize("how", ["gone", "cut"])
def test_without_a_whole_generation_the_site_says_so_and_heals(two_generations, site_engine, how):
    for folder in two_generations.index_dir.glob("0*"):
        damage(folder / "lexical.sqlite3", how)

    with browser(create_app(two_generations)) as client:
        answer = client.get("/api/v1/search", params={"q": QUERY})
        assert (answer.status_code, answer.json()["degraded"]) == (200, "index")
        assert client.get("/search", params={"q": QUERY}).status_code == 200
        assert_heals(two_generations, site_engine, client)


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"../../record", b"99999999"])
def test_a_pointer_that_leads_nowhere_is_set_right(two_generations, site_engine, content):
    pointer = two_generations.index_dir / CURRENT_FILE
    pointer.unlink()
    if content is not None:
        pointer.write_bytes(content)

    with browser(create_app(two_generations)) as client:
        assert client.get("/search", params={"q": QUERY}).status_code == 200
        assert_heals(two_generations, site_engine, client)


@pytest.mark.parametrize("how", ["gone", "cut", "flipped"])
def test_files_replaced_while_the_site_serves_them_change_nothing_for_it(
    two_generations, site_engine, how
):
    with browser(create_app(two_generations)) as client:
        before = titles(client, QUERY)
        for path in current_folder(two_generations).iterdir():
            damage(path, how)
        client.app.state.site.live.refresh()

        assert titles(client, QUERY) == before
        assert_heals(two_generations, site_engine, client)


def test_another_life_of_the_record_is_not_served_from_the_old_index(two_generations, site_engine):
    with browser(create_app(two_generations)) as client:
        with transaction(site_engine) as conn:
            renew_incarnation(conn)
        client.app.state.site.live.refresh()

        assert titles(client, QUERY) == []
        assert_heals(two_generations, site_engine, client)


def test_an_index_file_of_another_schema_is_built_anew(two_generations, site_engine):
    for folder in two_generations.index_dir.glob("0*"):
        path = folder / "lexical.sqlite3"
        with closing(sqlite3.connect(path)) as file, file:
            file.execute("UPDATE facts SET value = 'older' WHERE name = 'schema'")
        manifest = read_manifest(folder)
        files = {**manifest.files, path.name: (path.stat().st_size, file_checksum(path))}
        write_manifest(folder, replace(manifest, files=files))

    with browser(create_app(two_generations)) as client:
        assert client.get("/search", params={"q": QUERY}).status_code == 200
        assert_heals(two_generations, site_engine, client)


@pytest.mark.parametrize("while_serving", [False, True])
@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", "a folder"])
def test_whole_generations_are_served_whatever_the_pointer_holds(
    two_generations, site_engine, content, while_serving
):
    def spoil():
        pointer = two_generations.index_dir / CURRENT_FILE
        pointer.unlink()
        if content == "a folder":
            pointer.mkdir()
        elif content is not None:
            pointer.write_bytes(content)

    if not while_serving:
        spoil()
    with browser(create_app(two_generations)) as client:
        if while_serving:
            spoil()
            client.app.state.site.live.refresh()
        assert LATER in titles(client, "steam whistle")
        assert_heals(two_generations, site_engine, client)


@pytest.fixture
def rested(two_generations):
    """A worker that has done its first sweep and looked at every file."""
    worker = Worker(two_generations, stop=threading.Event())
    work_off(worker)
    yield worker
    worker.close()


def test_a_file_overwritten_in_place_costs_no_search_its_answer(
    two_generations, site_engine, rested
):
    with browser(create_app(two_generations)) as client:
        damaged = find_current_name(two_generations.index_dir)
        overwrite(current_folder(two_generations) / "lexical.sqlite3")

        # The older generation serves at once, with the log of changes, on pages as in the API.
        assert client.get("/search", params={"q": PHRASE}).status_code == 200
        assert LATER in titles(client, PHRASE)
        assert client.app.state.site.live.snapshot.generation != damaged
        with reading(site_engine) as conn:
            waiting = [one.payload for one in conn.execute(jobs.select()) if one.state == "queued"]
        assert {"thorough": True} in waiting

        work_off(rested)
        client.app.state.site.live.refresh()
        assert find_current_name(two_generations.index_dir) > damaged
        assert LATER in titles(client, "steam whistle")
        assert list(check_index(two_generations, site_engine)) == []


def test_where_every_generation_is_overwritten_the_search_says_that_it_has_no_index(
    two_generations, site_engine, rested
):
    with browser(create_app(two_generations)) as client:
        for folder in two_generations.index_dir.glob("0*"):
            overwrite(folder / "lexical.sqlite3")

        answer = client.get("/api/v1/search", params={"q": PHRASE})
        assert (answer.status_code, answer.json()["degraded"]) == (200, "index")
        assert client.get("/search", params={"q": PHRASE}).status_code == 200

        work_off(rested)
        client.app.state.site.live.refresh()
        assert LATER in titles(client, "steam whistle")


def test_what_no_search_stumbles_on_is_found_by_a_sweep_though_jobs_keep_coming(
    two_generations, site_engine, rested
):
    overwrite(current_folder(two_generations) / "ids.npy")
    damaged = find_current_name(two_generations.index_dir)
    rested.step()
    assert find_current_name(two_generations.index_dir) == damaged

    rested._checked_at -= SWEEP_S
    with transaction(site_engine) as conn:
        enqueue(conn, "index")
    rested.step()

    assert find_current_name(two_generations.index_dir) != damaged
    assert list(check_index(two_generations, site_engine)) == []
