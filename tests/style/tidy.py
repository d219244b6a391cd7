#!/usr/bin/python3
"""clang-tidy over changed files, two at a time. See tidy.sh."""

import hashlib
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/release"
STAMPS = ROOT / "build/tidy"


def headers_of_objects():
    """Object file -> the files of this project it was compiled from, as ninja recorded them."""
    result = {}
    current = None
    output = subprocess.run(
        ["ninja", "-C", str(BUILD), "-t", "deps"], capture_output=True, text=True, check=True)
    for line in output.stdout.splitlines():
        if line.startswith("    "):
            path = (BUILD / line.strip()).resolve()
            if ROOT in path.parents:
                result[current].append(path)
        elif line and not line.startswith("ninja:"):
            current = line.split(":")[0]
            result[current] = []
    return result


def digest(files):
    total = hashlib.sha256((ROOT / ".clang-tidy").read_bytes())
    for file in sorted(set(files)):
        total.update(file.relative_to(ROOT).as_posix().encode())
        total.update(file.read_bytes() if file.exists() else b"")
    return total.hexdigest()


def tidy(file):
    result = subprocess.run(
        ["clang-tidy", "--quiet", "-p", str(BUILD), str(file)], capture_output=True, text=True,
        cwd=ROOT)
    return result.returncode, result.stdout


def sources(file):
    """The files of this project that are compiled with `file`, which may stand for several."""
    if BUILD / "units" not in file.parents:
        return [file] if ROOT in file.parents else []
    return [ROOT / name for name in re.findall(r'#include "(.*)"', file.read_text())]


def is_wanted(file, wanted):
    relative = file.relative_to(ROOT).as_posix() if ROOT in file.parents else ""
    return (relative.startswith(("libs/", "services/")) and not file.name.endswith("_test.cc")
            and (not wanted or file in wanted))


def main(arguments):
    if not (BUILD / "compile_commands.json").exists():
        print("build/release is not there: run ./wici build first")
        return 1
    wanted = {(ROOT / argument).resolve() for argument in arguments}
    recorded = headers_of_objects()
    jobs = []
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        file = Path(entry["file"])
        if not any(is_wanted(source, wanted) for source in sources(file)):
            continue
        output = entry.get("output") or entry["command"].split(" -o ")[1].split()[0]
        stamp = STAMPS / digest([file, *recorded.get(output, [])])
        if not stamp.exists():
            jobs.append((file, stamp))

    STAMPS.mkdir(parents=True, exist_ok=True)
    failed = 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        for (file, stamp), (code, output) in zip(jobs, pool.map(lambda job: tidy(job[0]), jobs)):
            if code == 0:
                stamp.touch()
            else:
                failed += 1
                print(output.strip().replace(f"{ROOT}/", ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
