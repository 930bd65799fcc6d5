"""Damages an index, and looks whether a site heals."""

import threading

from search.generation import find_current_name
from web.cli.index_state import check_index
from web.worker.loop import Worker

QUERY = "how do I descale the coffee machine"
LATER = "Wherefore does the steam whistle?"
"""Published after the older generation was built."""


def current_folder(settings):
    """The folder of the generation that the pointer names."""
    return settings.index_dir / find_current_name(settings.index_dir)


def damage(path, how):
    """Put something else in a file's place, as a lost or half-written file would be."""
    content = path.read_bytes()
    path.unlink()
    if how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "flipped":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def overwrite(path):
    """Put zeros over a file in its place: whoever has it open reads them."""
    with path.open("r+b") as file:
        file.write(bytes(path.stat().st_size))


def titles(client, query):
    """The titles that a guest finds over the API."""
    answer = client.get("/api/v1/search", params={"q": query, "floor": "off"})
    assert answer.status_code == 200
    return [hit["title"] for hit in answer.json()["hits"]]


def work_once(settings):
    """What a worker does first when it starts."""
    worker = Worker(settings, stop=threading.Event())
    try:
        work_off(worker)
    finally:
        worker.close()


def work_off(worker):
    """Let a worker do all that waits."""
    while worker.step():
        pass


def assert_heals(settings, engine, client):
    """After the worker looked, the site serves a whole generation and finds everything."""
    before = {path.name for path in settings.index_dir.glob("0*")}
    work_once(settings)
    client.app.state.site.live.refresh()

    assert find_current_name(settings.index_dir) not in before
    assert LATER in titles(client, "steam whistle")
    assert client.app.state.site.live.snapshot.generation == find_current_name(settings.index_dir)
    assert list(check_index(settings, engine)) == []
