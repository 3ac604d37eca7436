"""Steps are as long as they may be, and the collector of cycles looks seldom only while somebody works."""

from __future__ import annotations

import gc
import threading
import time

from campaign.ingest.files.pace import LEAST_PEOPLE, LONG_SECONDS, MANY_OBJECTS, MOST_PEOPLE, Pace, seldom_collected


def test_after_a_long_step_the_next_is_shorter_and_after_short_ones_longer() -> None:
    pace = Pace()
    before = pace.people
    with pace.timed():
        time.sleep(LONG_SECONDS * 1.1)
    assert LEAST_PEOPLE <= pace.people < before
    for _ in range(20):
        with pace.timed():
            pass
    assert pace.people == MOST_PEOPLE


def test_a_step_that_keeps_few_waiting_may_be_longer() -> None:
    pace = Pace(is_alone=False)
    before = pace.people
    with pace.timed():
        time.sleep(LONG_SECONDS * 1.1)
    assert pace.people >= before


def test_the_collector_looks_as_often_as_before_once_the_last_is_done() -> None:
    before = gc.get_threshold()
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with seldom_collected():
            entered.set()
            leave.wait(10)

    with seldom_collected():
        thread = threading.Thread(target=other)
        thread.start()
        assert entered.wait(10)
        assert gc.get_threshold()[0] == MANY_OBJECTS
    assert gc.get_threshold()[0] == MANY_OBJECTS
    leave.set()
    thread.join()
    assert gc.get_threshold() == before
