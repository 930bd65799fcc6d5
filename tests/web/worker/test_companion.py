import logging
import os
import signal
import sys
from itertools import pairwise

from tests.waiting import wait_until
from web.worker import companion
from web.worker.companion import worker_beside

WORKER = """
import os, sys, time
with open(sys.argv[1], "a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(600)
"""
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WORKER


def pids_in(file, count):
    """The first `count` process ids that workers wrote."""

    def written():
        pids = file.read_text().split() if file.exists() else []
        return pids if len(pids) >= count else []

    return [int(pid) for pid in wait_until(written, "no worker was started")]


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_worker_that_is_killed_is_started_again_less_and_less_often(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(companion, "RESTART_PAUSE_S", 0.1)
    file = tmp_path / "pids"
    with caplog.at_level(logging.WARNING), worker_beside((sys.executable, "-c", WORKER, file)):
        for count in (1, 2, 3):
            pid = pids_in(file, count)[-1]
            os.kill(pid, signal.SIGKILL)
        last = pids_in(file, 4)[-1]
        assert is_alive(last)
    assert not is_alive(last)

    pauses = [record.args[1] for record in caplog.records]
    assert len(pauses) == 3
    assert all(two == 2 * one for one, two in pairwise(pauses))


def test_a_worker_that_does_not_end_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr(companion, "STOP_TIMEOUT_S", 0.2)
    file = tmp_path / "pids"
    with worker_beside((sys.executable, "-c", DEAF, file)):
        (pid,) = pids_in(file, 1)

    assert not is_alive(pid)
