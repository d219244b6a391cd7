"""Who may use whom: reads the #include lines and the forbidden calls of a source tree.

check(root) returns the violations, each "file:line: rule: text". The rules are those of
ARCHITECTURE.md; RULES names them all.
"""

import re
from pathlib import Path

# Which rooms of libs a room may include. Tests may also include libs/testing.
ROOMS = {
    "base": {"base"},
    "rpc": {"base", "rpc"},
    "sql": {"base", "sql"},
    "redis": {"base", "redis"},
    "feed": {"base", "rpc", "sql", "redis", "feed"},
    "auth": {"base", "rpc", "auth"},
    "calendar": {"base", "calendar"},
    "testing": {"base", "rpc", "sql", "redis", "feed", "auth", "testing"},
}
# The drivers: each header appears in one .cc below its room.
DRIVERS = {
    "sqlite3.h": "libs/sql/",
    "libpq-fe.h": "libs/sql/",
    "hiredis/hiredis.h": "libs/redis/",
    "hiredis.h": "libs/redis/",
    "xapian.h": "services/cluster_registry/search/",
}
# Which services' contracts a service may speak, as a client.
CONTRACTS = {
    "cluster_registry": {"cluster_registry"},
    "registration": {"registration", "cluster_registry"},
    "notification": {"notification", "registration", "cluster_registry"},
}
# Not in services/ outside main.cc: time, waiting and chance are injected.
IMPURE = re.compile(
    r"absl::Now\(|\w+_clock::now\(|\bgettimeofday\(|\bclock_gettime\(|\btime\((nullptr|NULL|0)\)|"
    r"absl::SleepFor\(|sleep_for\(|sleep_until\(|\busleep\(|\bnanosleep\(|"
    r"std::random_device|std::mt19937|absl::BitGen|\brand\(\)|RAND_bytes\(|\bgetrandom\(")
INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')
# What rules without input and output must not see.
OUTER = re.compile(r"^(libs/(sql|rpc|redis|feed|auth)/|grpc|sqlite3|libpq|hiredis|xapian|curl/)|\.grpc\.pb\.h$")

RULES = ["room", "driver", "service", "contract", "domain", "impure", "testing"]


def sources_of_targets(root, wanted):
    """The sources of the libraries and tests whose kind and words in CMakeLists.txt are wanted."""
    files = set()
    for lists in [*root.glob("libs/**/CMakeLists.txt"), *root.glob("services/**/CMakeLists.txt")]:
        text = lists.read_text()
        for kind, call in re.findall(r"wici_cc_(library|test)\((.*?)\)", text, re.DOTALL):
            words = call.split()
            if len(words) > 1 and wanted(kind, words):
                files |= {(lists.parent / word).relative_to(root).as_posix()
                          for word in words if word.endswith((".h", ".cc"))}
    return files


def is_test(path, test_only):
    return (path.endswith("_test.cc") or path.startswith(("tests/", "libs/testing/"))
            or path in test_only)


def check_include(path, header, domain, test):
    """Yields (rule, text) for one include of one file."""
    parts = path.split("/")
    if header.startswith("libs/testing/") and not test:
        yield "testing", f"{header} is for tests"
    if parts[0] == "libs":
        room = parts[1]
        match = re.match(r"libs/(\w+)/", header)
        allowed = ROOMS.get(room, set()) | ({"testing"} if test else set())
        if match and match.group(1) not in allowed:
            yield "room", f"libs/{room} may not use {header}"
        if header.startswith("services/"):
            yield "room", f"libs/{room} may not use {header}"
    if parts[0] == "services" and len(parts) > 2:
        service = parts[1]
        match = re.match(r"services/(\w+)/", header)
        if match and match.group(1) != service:
            yield "service", f"services/{service} knows another service only by its proto: {header}"
        match = re.match(r"wici/(cluster_registry|registration|notification)/", header)
        if match and match.group(1) not in CONTRACTS.get(service, set()):
            yield "contract", f"services/{service} may not call {match.group(1)}"
        if path in domain and OUTER.search(header):
            yield "domain", f"rules know neither SQL nor gRPC: {header}"


def check(root):
    root = Path(root)
    domain = sources_of_targets(root, lambda kind, words: words[1].endswith("_domain"))
    test_only = sources_of_targets(
        root, lambda kind, words: kind == "test" or "TESTONLY" in words)
    violations = []
    drivers = {}
    for top in ("libs", "services", "tests"):
        for file in sorted(root.glob(f"{top}/**/*")):
            if file.suffix not in (".h", ".cc") or "layering/broken" in file.as_posix()[len(root.as_posix()):]:
                continue
            path = file.relative_to(root).as_posix()
            test = is_test(path, test_only)
            impure_matters = path.startswith("services/") and file.name != "main.cc" and not test
            for number, line in enumerate(file.read_text().splitlines(), 1):
                code = line.split("//")[0]
                match = INCLUDE.match(line)
                if match:
                    header = match.group(1)
                    for rule, text in check_include(path, header, domain, test):
                        violations.append(f"{path}:{number}: {rule}: {text}")
                    if header in DRIVERS:
                        drivers.setdefault(header, []).append(f"{path}:{number}")
                elif impure_matters and IMPURE.search(code):
                    violations.append(f"{path}:{number}: impure: {line.strip()}")
    for header, places in sorted(drivers.items()):
        for place in places:
            path = place.split(":")[0]
            if not path.startswith(DRIVERS[header]) or not path.endswith(".cc"):
                violations.append(f"{place}: driver: {header} belongs into a .cc of {DRIVERS[header]}")
        if len({place.split(":")[0] for place in places}) > 1:
            violations.append(f"{places[1]}: driver: {header} is included in one file only")
    return violations
