import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from tests.waiting import PATIENCE_S, wait_until

ROOT = Path(__file__).resolve().parents[3]
SITE = """
import sys, time
from web.worker.companion import worker_beside
with worker_beside():
    time.sleep(600)
"""


def start(home, sqlite_template, *arguments):
    home.mkdir(exist_ok=True)
    shutil.copyfile(sqlite_template, home / "record.sqlite3")
    environment = {
        **os.environ,
        "KB_HOME": str(home),
        "KB_MODEL": str(home / "no model"),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.Popen([sys.executable, *arguments], env=environment, cwd=home)


def test_a_worker_ends_in_order_when_it_is_told_to(sqlite_template, tmp_path):
    process = start(tmp_path / "home", sqlite_template, "-m", "web.worker")
    wait_until(lambda: (tmp_path / "home" / "index" / "current").exists())

    process.send_signal(signal.SIGTERM)

    assert process.wait(PATIENCE_S) == 0


def test_a_worker_does_not_outlive_a_site_that_was_killed(sqlite_template, tmp_path):
    site = start(tmp_path / "home", sqlite_template, "-c", SITE)
    wait_until(lambda: (tmp_path / "home" / "index" / "current").exists())
    (worker,) = psutil.Process(site.pid).children()

    site.kill()
    site.wait(PATIENCE_S)

    wait_until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)
