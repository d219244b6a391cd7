#!/usr/bin/python3
"""What waits by the wall clock waits by the one of clock_shift.so, and what does not, does not.

Each case runs in a process of its own, with the clock shifted by an hour: there a thread of
the test lets the clock jump while another waits, or nobody does.
"""

import ctypes
import datetime
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "deploy/local"), str(ROOT / "tests/faults")]

from clock_shift import Clock, SHIFT_VARIABLE, library  # noqa: E402

SKIPPED = 77  # exit status
HOUR = 3600
LIMIT_SECONDS = 30
FUTEX, FUTEX_WAIT_BITSET_REALTIME, ANY = 202, 9 | 256, 0xffffffff
CLOCK_MONOTONIC = 1


class Timespec(ctypes.Structure):
    """As C's."""

    _fields_ = [("seconds", ctypes.c_long), ("nanos", ctypes.c_long)]


def timespec(seconds):
    """A reference to it."""
    return ctypes.byref(Timespec(int(seconds), int(seconds % 1 * 1e9)))


# ----- what waits until a time of the clock; each returns the error of the C function -----


def condition(libc, until, clock=None):
    """pthread_cond_timedwait, which may end for no reason: then again, as everybody does."""
    made, mutex = ctypes.create_string_buffer(64), ctypes.create_string_buffer(64)
    attributes = ctypes.create_string_buffer(16)
    libc.pthread_condattr_init(attributes)
    if clock is not None:
        libc.pthread_condattr_setclock(attributes, clock)
    libc.pthread_cond_init(made, attributes)
    libc.pthread_mutex_lock(mutex)
    error = 0
    while error == 0:
        error = libc.pthread_cond_timedwait(made, mutex, timespec(until))
    libc.pthread_cond_destroy(made)
    return error


def condition_monotonic(libc, until):
    """One whose times are those of CLOCK_MONOTONIC."""
    return condition(libc, until, CLOCK_MONOTONIC)


def semaphore(libc, until):
    made = ctypes.create_string_buffer(64)
    libc.sem_init(made, 0, 0)
    return ctypes.get_errno() if libc.sem_timedwait(made, timespec(until)) else 0


def mutex(libc, until):
    made = ctypes.create_string_buffer(64)
    libc.pthread_mutex_lock(made)
    return libc.pthread_mutex_timedlock(made, timespec(until))


def futex(libc, until):
    word = ctypes.c_int(0)
    return ctypes.get_errno() if libc.syscall(
        ctypes.c_long(FUTEX), ctypes.byref(word), ctypes.c_long(FUTEX_WAIT_BITSET_REALTIME),
        ctypes.c_long(0), timespec(until), None, ctypes.c_ulong(ANY)) else 0


WAITS = {wait.__name__: wait for wait in (condition, semaphore, mutex, futex)}


# ----- what runs with the clock -----


def waits_so_long(wait):
    """A quarter of a second of the clock is one, wherever the clock stands."""
    began = time.monotonic()
    error = wait(libc(), time.time() + 0.25)
    return error, time.monotonic() - began


def is_woken_by_a_jump(wait):
    """Half an hour is over at once when the clock jumps by an hour."""
    clock = Clock(os.environ[SHIFT_VARIABLE])
    jump = threading.Timer(0.3, clock.set, [2 * HOUR])
    began = time.monotonic()
    until = time.time() + HOUR / 2
    jump.start()
    error = wait(libc(), until)
    return error, time.monotonic() - began


def is_not_woken_by_a_jump():
    """Who waits by another clock."""
    Clock(os.environ[SHIFT_VARIABLE]).set(2 * HOUR)
    began = time.monotonic()
    error = condition_monotonic(libc(), time.monotonic() + 0.5)
    return error, time.monotonic() - began


def libc():
    """The functions as the process has them, with those of the library before them."""
    return ctypes.CDLL(None, use_errno=True)


def inside(case, *names):
    """In the process of a case: prints what it found."""
    print(*globals()[case](*(WAITS[name] for name in names)))


class ClockShiftTest(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="wici-clock-")
        self.addCleanup(directory.cleanup)
        self.clock = Clock(pathlib.Path(directory.name, "shift"))
        self.clock.set(HOUR)

    def shifted(self, *command):
        """What the command says with the clock."""
        return subprocess.run(
            command, env=os.environ | self.clock.environment(), check=True, text=True,
            stdout=subprocess.PIPE, timeout=LIMIT_SECONDS).stdout

    def case(self, *words):
        self.clock.set(HOUR)  # the last case has let it jump
        error, seconds = self.shifted(sys.executable, __file__, *words).split()
        return int(error), float(seconds)

    def test_the_time_is_shifted(self):
        for expression in ("time.time()", "time.clock_gettime(5)", "datetime.datetime.now().timestamp()"):
            found = float(self.shifted(sys.executable, "-c",
                                       f"import datetime, time; print({expression})"))
            self.assertAlmostEqual(found - time.time(), HOUR, delta=5)

    def test_another_program_is_shifted_too(self):
        now = datetime.datetime.now(datetime.timezone.utc).timestamp()
        self.assertAlmostEqual(float(self.shifted("date", "+%s.%N")) - now, HOUR, delta=5)

    def test_the_other_clock_is_not(self):
        found = float(self.shifted(sys.executable, "-c", "import time; print(time.monotonic())"))
        self.assertAlmostEqual(found - time.monotonic(), 0, delta=5)

    def test_a_wait_takes_as_long_as_without(self):
        for name in WAITS:
            with self.subTest(name):
                error, seconds = self.case("waits_so_long", name)
                self.assertEqual(error, 110)  # ETIMEDOUT
                self.assertGreaterEqual(seconds, 0.24)
                self.assertLess(seconds, 10)

    def test_a_wait_ends_when_the_clock_jumps_beyond_its_end(self):
        for name in WAITS:
            with self.subTest(name):
                error, seconds = self.case("is_woken_by_a_jump", name)
                self.assertEqual(error, 110)
                self.assertGreaterEqual(seconds, 0.25)
                self.assertLess(seconds, 10)

    def test_a_wait_by_the_other_clock_does_not_end_then(self):
        error, seconds = self.case("is_not_woken_by_a_jump")
        self.assertEqual(error, 110)
        self.assertGreaterEqual(seconds, 0.49)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in globals():
        inside(*sys.argv[1:])
    elif not library().exists():
        print(f"skipped: {library()} was not built")
        sys.exit(SKIPPED)
    else:
        unittest.main()
