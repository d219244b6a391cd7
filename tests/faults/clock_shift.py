"""The clock of one process, which is not that of others; see clock_shift.cc.

    clock = Clock(directory / "clock")
    process = Process(name, clock.wrap(argv), ...)
    clock.set(3600)   # it is an hour ahead from now on
"""

import mmap
import pathlib
import struct

from stack import build_directory

SHIFT_VARIABLE = "WICI_CLOCK_SHIFT"
SIZE = 8


def library():
    """What is preloaded."""
    return build_directory() / "bin/clock_shift.so"


class Clock:
    """It goes as the kernel's until it is set; the file may exist, and be another Clock's."""

    def __init__(self, path):
        self._path = pathlib.Path(path)
        if not self._path.exists():
            self._path.write_bytes(bytes(SIZE))
        with open(self._path, "r+b") as file:
            self._shift = mmap.mmap(file.fileno(), SIZE)

    def set(self, seconds):
        """So far it is ahead of the kernel's."""
        self._shift[:] = struct.pack("=q", int(seconds * 1e9))

    def get(self):
        """How far it is ahead, in seconds."""
        return struct.unpack("=q", self._shift[:])[0] / 1e9

    def environment(self):
        """Of a process that has this clock."""
        return {"LD_PRELOAD": str(library()), SHIFT_VARIABLE: str(self._path)}

    def wrap(self, argv):
        """The command that runs argv with this clock."""
        return ["env", *(f"{name}={value}" for name, value in self.environment().items()), *argv]
