import pytest

from kb.errors import Conflict
from web.worker.run_lock import index_lock


def test_only_one_indexes_at_a_time_and_the_other_is_told_in_one_line(tmp_path, caplog):
    with index_lock(tmp_path):
        with (
            pytest.raises(Conflict, match="another process is indexing"),
            index_lock(tmp_path, wait_s=0.3),
        ):
            pytest.fail("two hold the lock")

        assert len(caplog.messages) == 1
    with index_lock(tmp_path, wait_s=0):
        pass


def test_who_waits_may_give_up(tmp_path):
    class Stop(Exception):
        pass

    def give_up():
        raise Stop

    with index_lock(tmp_path), pytest.raises(Stop), index_lock(tmp_path, on_wait=give_up):
        pytest.fail("two hold the lock")
