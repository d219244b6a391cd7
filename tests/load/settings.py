"""What a benchmark ran on, and whether what it acknowledged was durable: asked of what runs, not
taken from what it was started with.

    report["settings"] = {"machine": settings.machine(directory), "postgres": settings.postgres(p)}
    problems += settings.problems(report["settings"])
    print(settings.text(report["settings"]))
"""

import os
import pathlib
import platform
import re
import sqlite3
import statistics
import subprocess
import time

SYNCS = 40
DURABLE = {  # what must be so
    "postgres": {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"},
    "sqlite": {"journal_mode": "wal", "compiled_synchronous": "FULL"},
    "redis": {"appendonly": "yes", "appendfsync": "everysec"},
    "etcd": {"unsafe_no_fsync": False},
}
IN_MEMORY = ("tmpfs", "ramfs")


def file_system(directory):
    """The type of the file system that a directory is on."""
    return subprocess.run(["stat", "--file-system", "--format=%T", str(directory)], check=True,
                          stdout=subprocess.PIPE, text=True).stdout.strip()


def fdatasync_ms(directory):
    """The median of a few short writes, each followed by fdatasync."""
    path, taken = pathlib.Path(directory) / "fdatasync", []
    with open(path, "wb", buffering=0) as file:
        for _ in range(SYNCS):
            started = time.monotonic()
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            taken.append(1000 * (time.monotonic() - started))
    path.unlink()
    return round(statistics.median(taken), 3)


def machine(directory):
    """The machine, and the disk that a directory is on."""
    text = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    model = re.search(r"^model name\s*:\s*(.*)$", text, re.MULTILINE)
    return {"cpus": os.cpu_count(), "processor": model.group(1) if model else platform.machine(),
            "kernel": platform.release(), "file_system": file_system(directory),
            "fdatasync_ms": fdatasync_ms(directory)}


def postgres(server):
    """Of a measure.Postgres, as it says itself."""
    names = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "wal_sync_method",
             "shared_buffers", "default_transaction_isolation")
    found = {name: server.query(server.url, f"SHOW {name}")[0][0] for name in names}
    found["file_system"] = file_system(server.query(server.url, "SHOW data_directory")[0][0])
    return found


def sqlite(path):
    """Of a file that a service has made. How it syncs is no property of the file: that is what
    libs/sql/sqlite.cc sets for every connection, as read from there."""
    source = pathlib.Path(__file__).resolve().parents[2] / "libs/sql/sqlite.cc"
    synchronous = re.search(r'"PRAGMA synchronous = (\w+)"', source.read_text(encoding="utf-8"))
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    mode = database.execute("PRAGMA journal_mode").fetchone()[0]
    database.close()
    return {"version": sqlite3.sqlite_version, "journal_mode": mode,
            "compiled_synchronous": synchronous.group(1) if synchronous else "unknown",
            "file_system": file_system(path)}


def redis(server):
    """Of a Redis of mail_servers.py, as it says itself."""
    found = {name: server.command("CONFIG", "GET", name).split()[-1]
             for name in ("appendonly", "appendfsync", "maxmemory-policy")}
    version = re.search(r"redis_version:(\S+)", server.command("INFO", "server"))
    return {"version": version.group(1), **found, "file_system": file_system(server.directory)}


def etcd(pid, directory):
    """Of a process: etcd syncs unless it is told not to."""
    arguments = pathlib.Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8").split("\0")
    version = subprocess.run(["etcd", "--version"], check=True, stdout=subprocess.PIPE,
                             text=True).stdout
    return {"version": re.search(r"etcd Version: (\S+)", version).group(1),
            "unsafe_no_fsync": any("unsafe-no-fsync" in one for one in arguments),
            "file_system": file_system(directory)}


def problems(settings):
    """Why what was acknowledged may not have been durable, as texts."""
    found = []
    for part, values in settings.items():
        for name, wanted in DURABLE.get(part, {}).items():
            if values.get(name) != wanted:
                found.append(f"{part}: {name} is {values.get(name)}, not {wanted}")
        if values.get("file_system") in IN_MEMORY:
            found.append(f"{part}: the data are on {values['file_system']}, which is memory: set "
                         "TMPDIR to a place on a disk")
    return found


def text(settings):
    """A line for each part."""
    return "\n".join(f"{part}: " + ", ".join(f"{name} {value}" for name, value in values.items())
                     for part, values in settings.items())
