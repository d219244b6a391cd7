#!/usr/bin/python3
"""What is believed of a neighbour."""

import queue
import unittest

import grpc
import neighbour
from neighbour import CALLS_MIN, P99_SECONDS_MAX, Outcomes

neighbour.client.stubs.methods()  # makes google.rpc
from google.protobuf import duration_pb2  # noqa: E402
from google.rpc import error_details_pb2, status_pb2  # noqa: E402


class Answer:
    """A call that has ended."""

    def __init__(self, code, delay=None):
        self._code, self._delay = code, delay

    def code(self):
        return self._code

    def details(self):
        return "said so"

    def trailing_metadata(self):
        if self._delay is None:
            return ()
        status = status_pb2.Status()
        status.details.add().Pack(error_details_pb2.RetryInfo(
            retry_delay=duration_pb2.Duration(nanos=int(self._delay * 1e9))))
        return (("grpc-status-details-bin", status.SerializeToString()),)

    def add_done_callback(self, callback):
        callback(self)


class Api:
    """Answers as planned, then OK; lets the caller end after the last of the plan."""

    def __init__(self, said, *plan):
        self._said, self._plan = said, list(plan)

    def begin(self, method, timeout):
        answer = self._plan.pop(0) if self._plan else Answer(grpc.StatusCode.OK)
        if not self._plan:
            self._said.put("")
        return answer


def outcomes_of(*plan):
    """Of one who met this."""
    said = queue.Queue()
    said.put("flood")
    found = neighbour.Caller(Api(said, *plan), said).run()
    return Outcomes(**found["flood"])


class NeighbourTest(unittest.TestCase):
    def found(self, outcomes):
        return list(neighbour.judge("flood", outcomes))

    def test_who_is_answered_soon_fares_well(self):
        self.assertEqual(self.found(Outcomes([0.1] * CALLS_MIN, refused=3)), [])

    def test_who_hardly_called_proves_nothing(self):
        self.assertIn("proves nothing", self.found(Outcomes([0.1] * (CALLS_MIN - 1)))[0])

    def test_one_call_that_failed_is_too_many(self):
        outcomes = Outcomes([0.1] * 1000, failures=["INTERNAL: said so"])
        self.assertIn("INTERNAL", self.found(outcomes)[0])

    def test_two_slow_calls_in_a_hundred_are_too_many(self):
        outcomes = Outcomes([0.1] * 98 + [P99_SECONDS_MAX + 1] * 2)
        self.assertIn("waited", self.found(outcomes)[0])

    def test_who_is_told_when_to_come_back_comes_back(self):
        for code in neighbour.TRY_AGAIN:
            outcomes = outcomes_of(Answer(code, delay=0.001))
            self.assertEqual((outcomes.refused, outcomes.failures), (1, []))

    def test_who_is_refused_and_not_told_when_to_come_back_has_failed(self):
        outcomes = outcomes_of(Answer(grpc.StatusCode.UNAVAILABLE))
        self.assertIn("UNAVAILABLE", outcomes.failures[0])

    def test_another_error_has_failed_whatever_it_says(self):
        outcomes = outcomes_of(Answer(grpc.StatusCode.INTERNAL, delay=0.001))
        self.assertIn("INTERNAL", outcomes.failures[0])

    def test_who_is_told_to_come_back_too_late_has_failed(self):
        late = Answer(grpc.StatusCode.RESOURCE_EXHAUSTED, delay=0.9)
        old, neighbour.PATIENCE_SECONDS = neighbour.PATIENCE_SECONDS, 0.5
        self.addCleanup(setattr, neighbour, "PATIENCE_SECONDS", old)
        self.assertIn("RESOURCE_EXHAUSTED", outcomes_of(late).failures[0])


if __name__ == "__main__":
    unittest.main()
