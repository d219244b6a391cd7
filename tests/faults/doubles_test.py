#!/usr/bin/python3
"""What explains that something came twice, and what does not."""

import time
import unittest

from doubles import DELIVERED, DIED, DISTURBED, UNKNOWN, Attempt, Windows

DEFERRED = 2  # known not to have arrived


def explained(*attempts, windows=(), unanswered=()):
    """With (kind, from, to) as what was done."""
    done = Windows()
    done._open = list(windows)
    return done.explained([Attempt(*attempt) for attempt in attempts], unanswered)


LAST = (60, 61, DELIVERED)


class DoublesTest(unittest.TestCase):
    def test_one_attempt_explains_no_double_whatever_was_done(self):
        self.assertEqual(explained((10, 11, DELIVERED), windows=[(DIED, 0, 99), (DISTURBED, 0, 99)],
                                   unanswered=[10.5]), 0)

    def test_an_attempt_whose_worker_was_killed_explains_one(self):
        self.assertEqual(explained((10, None, 0), LAST, windows=[(DIED, 12, 13)]), 1)

    def test_an_attempt_that_never_ended_although_nobody_was_killed_explains_nothing(self):
        self.assertEqual(explained((10, None, 0), LAST), 0)
        self.assertEqual(explained((10, None, 0), LAST, windows=[(DIED, 8, 9)]), 0)
        self.assertEqual(explained((10, None, 0), LAST, windows=[(DIED, 55, 56)]), 0)

    def test_an_attempt_that_ended_was_not_killed(self):
        for outcome in (DELIVERED, UNKNOWN, DEFERRED):
            self.assertEqual(
                explained((10, 12, outcome), LAST, windows=[(DIED, 11, 12)]), 0, outcome)

    def test_a_jump_explains_what_was_begun_before_and_again_after_it_each_by_its_clock(self):
        now = time.time()
        for before, after in ((0, 3600), (3600, 0), (0, -3600)):
            done = Windows()
            done.jump(before, after)
            first = Attempt(now + before - 1, now + before, UNKNOWN)
            self.assertEqual(done.explained(
                [first, Attempt(now + after + 1, now + after + 2, DELIVERED)], []), 1)
            late = Attempt(max(now + before, now + after) + 5, None, 0)
            self.assertEqual(done.explained(
                [late, Attempt(late.started + 1, late.started + 2, DELIVERED)], []), 0)

    def test_an_unknown_outcome_explains_one_if_the_receiver_said_nothing_then(self):
        self.assertEqual(explained((10, 12, UNKNOWN), LAST, unanswered=[11]), 1)
        self.assertEqual(explained((10, 12, UNKNOWN), LAST, unanswered=[9, 13]), 0)
        self.assertEqual(explained((10, 12, DEFERRED), LAST, unanswered=[11]), 0)

    def test_a_worker_that_was_asleep_may_record_what_arrived_after_another_began(self):
        asleep = [(DISTURBED, 11, 40)]
        for attempt in ((10, 41, DELIVERED), (10, 41, UNKNOWN), (10, None, 0)):
            self.assertEqual(explained(attempt, (30, 31, DELIVERED), windows=asleep), 1, attempt)
        self.assertEqual(explained((10, 41, DEFERRED), (30, 31, DELIVERED), windows=asleep), 0)
        self.assertEqual(explained((2, 3, DELIVERED), (5, 6, DELIVERED), windows=asleep), 0)

    def test_each_double_needs_an_attempt_of_its_own(self):
        killed = [(DIED, 11, 12), (DIED, 31, 32)]
        self.assertEqual(explained((10, None, 0), (30, None, 0), LAST, windows=killed), 2)
        self.assertEqual(explained((10, None, 0), (30, 31, DEFERRED), LAST, windows=killed), 1)


if __name__ == "__main__":
    unittest.main()
