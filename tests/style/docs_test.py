#!/usr/bin/python3
"""What the documents name exists: files, tests, commands of ./wici.

Looks at text between backticks and at links. A word with a slash or a known suffix is a path, from
the root or from the document's folder. Without a slash it may also be a kind of file: a pattern, or
a name that several folders have (queries.h); what is in one folder only is named with its folder.
`Suite.Name` with a suite that ends in Test is a GoogleTest case; `x_test` is a test file; `./wici
word` is a command.

The table "From an RPC to its SQL" of ARCHITECTURE.md is checked cell by cell: the RPC is in the
contract, a function is in the file named beside it, a statement is a sql::Query, a test is there.
The recipe above it, git grep '::RPC(' services, finds every handler.

The tables of flags in deploy/README.md are those that the programs define, each of its services;
the image has every program of services/.
"""

import fnmatch
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = (".md", ".h", ".cc", ".proto", ".py", ".sh", ".sql", ".txt", ".csv", ".json", ".yaml")
# Made by a command, or examples of a reader's own.
GENERATED = ("build/", ".wici/", "/var/", "/etc/", "/usr/", "/tmp/", "http", "localhost/", "...")


# A row where every cell is wrong; the check must find all four.
BROKEN_TABLE = """
## From an RPC to its SQL
| `NoSuchRpc` | `NoSuchHandler` in `libs/sql/database.cc` | | `no_such_statement` | `NoTest.None` |
## End
"""


def project_files(*patterns):
    output = subprocess.run(
        ["tests/style/files.sh", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / line for line in output.stdout.splitlines() if "node_modules" not in line]


def expand(word):
    """a/{b,c}.h -> a/b.h and a/c.h"""
    match = re.search(r"\{([^{}]*)\}", word)
    if not match:
        return [word]
    return [expanded for part in match.group(1).split(",")
            for expanded in expand(word[:match.start()] + part + word[match.end():])]


def path_exists(word, document, file_names):
    for candidate in expand(word.rstrip("/").split("#")[0]):
        if "/" not in candidate and is_kind_of_file(candidate, file_names):
            continue
        bases = (ROOT, document.parent)
        if not any(list(base.glob(candidate)) if "*" in candidate else (base / candidate).exists()
                   for base in bases):
            return False
    return True


def is_kind_of_file(word, file_names):
    """Whether no single file is meant."""
    if "*" in word:
        return bool(fnmatch.filter(file_names, word))
    return file_names[word] > 1


def is_path(word):
    if any(character in word for character in " <>$=()|\"'@:,;"):
        if "{" not in word or " " in word:
            return False
    if word.startswith(GENERATED) or word.startswith(("-", "//", "/", "!")):
        return False
    return word.endswith(SUFFIXES) or (word.count("/") >= 1 and word[0].islower())


def words_of(text):
    text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    yield from re.findall(r"`([^`\n]+)`", text)


def check_rpc_table(text, cases):
    """Problems of the table: RPC | handler | rule | statements | test."""
    match = re.search(r"^## From an RPC to its SQL\n(.*?)(?=^## )", text, re.DOTALL | re.MULTILINE)
    rows = [line for line in match.group(1).splitlines() if line.startswith("| `")] if match else []
    rpcs = {rpc for path in project_files("*.proto")
            for rpc in re.findall(r"\brpc (\w+)\(", path.read_text())}
    queries = {name for path in project_files("libs/*.cc", "services/*.h")
               for name in re.findall(r"\bQuery\s+k\w+\s*\{\s*\"(\w+)\"", path.read_text())}
    problems = [] if rows else ["the table of RPCs is missing"]
    for row in rows:
        cells = [re.findall(r"`([^`]+)`", cell) for cell in row.strip("|").split("|")]
        if len(cells) != 5 or not all(cells[i] for i in (0, 1, 3, 4)):
            problems.append(f"five cells are needed: {row}")
            continue
        problems += [f"RPC {rpc}" for rpc in cells[0] if rpc not in rpcs]
        for cell in cells[1:3]:
            problems += check_functions(cell)
        problems += [f"statement {query}" for query in cells[3] if query not in queries]
        problems += [f"test case {name}" for name in cells[4] if tuple(name.split(".")) not in cases]
    return [f"ARCHITECTURE.md, table of RPCs: {problem}" for problem in problems]


def check_functions(words):
    """Each function of a cell is called or defined in one of the files of the cell."""
    texts = [(ROOT / word).read_text() for word in words
             if "/" in word and (ROOT / word).is_file()]
    return [f"function {word}" for word in words if "/" not in word
            and not any(re.search(rf"\b{re.escape(word)}\(", text) for text in texts)]


def hidden_rpcs(extra=()):
    """RPCs whose handler git grep '::RPC(' services does not find. The feed is served by libs/feed."""
    missing = {line.rpartition("/")[2] for path in project_files("*unimplemented_methods.txt")
               for line in path.read_text().splitlines()}
    text = "\n".join(path.read_text() for path in project_files("services/*.cc")
                     if not path.stem.endswith("_test") and path.parent.name != "testing")
    rpcs = {rpc for path in project_files("proto/*_service.proto")
            if path.parent.parent.name not in ("feed", "testing")
            for rpc in re.findall(r"\brpc (\w+)\(", path.read_text())}
    return [f"no handler ::{rpc}( in services" for rpc in sorted((rpcs - missing) | set(extra))
            if f"::{rpc}(" not in text]


def flags_of(*paths):
    """The flags that sources define."""
    return {flag for path in paths for flag in re.findall(
        r"\bABSL_FLAG\(\s*[\w:<>]+(?:<[^,]*>)?,\s*(\w+)", (ROOT / path).read_text())}


def check_flags(text):
    """Problems of the tables below "Of every service:" and "Of some:"."""
    every, _, some = text.partition("\nOf every service:\n")[2].partition("\nOf some:\n")
    rows = [[cell.strip() for cell in line.strip("|").split("|")]
            for line in some.partition("\n\n**")[0].splitlines() if line.startswith("| `--")]
    told = {(flag, service) for row in rows for flag in re.findall(r"`--(\w+)", row[0])
            for service in row[1].split(", ")}
    told |= {(flag, "every service") for line in every.splitlines() if line.startswith("| `--")
             for flag in re.findall(r"`--(\w+)", line.split("|")[1])}
    defined = {(flag, "every service") for flag in flags_of("libs/rpc/process.cc")}
    for main_file in (ROOT / "services").glob("*/main.cc"):
        service = main_file.parent.name.replace("_", "-")
        defined |= {(flag, service) for flag in flags_of(main_file)}
    intake = flags_of("services/notification/intake/process/main.cc")
    return ([f"--{flag} of {service} is not in the tables" for flag, service in defined - told]
            + [f"--{flag} of {service} does not exist" for flag, service in told - defined]
            + [f"--{flag} of wici-notification-intake is not told of" for flag in intake
               if f"--{flag}=" not in text])


def main():
    sources = "\n".join(path.read_text() for path in project_files("*_test.cc"))
    cases = set(re.findall(r"TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)", sources))
    test_files = {path.stem for path in project_files("*_test.cc", "*_test.py")}
    names = {name for path in project_files("*CMakeLists.txt")
             for name in re.findall(r"NAME\s+(\S+)", path.read_text())}
    commands = set(re.findall(r"^    ([a-z| -]+)\)", (ROOT / "wici").read_text(), re.MULTILINE))
    commands = {word.strip() for group in commands for word in group.split("|")}

    file_names = Counter(path.name for path in project_files("*"))
    problems = check_rpc_table((ROOT / "ARCHITECTURE.md").read_text(), cases)
    problems += hidden_rpcs()
    operations = (ROOT / "deploy/README.md").read_text()
    problems += [f"deploy/README.md: {problem}" for problem in check_flags(operations)]
    image = (ROOT / "deploy/images/build.sh").read_text()
    problems += [f"deploy/images/build.sh: {name} is missing" for path in project_files(
        "services/*CMakeLists.txt") for name in re.findall(
            r"wici_cc_binary\(\s*NAME (\S+)", path.read_text())
        if not re.search(rf"{name}(?!-)\b", image)]
    if len(check_flags(operations.replace("`--redis=", "`--valkey="))) != 2:
        problems.append("docs_test: lets pass a flag that is not there")
    if len(check_rpc_table(BROKEN_TABLE, cases)) != 4 or path_exists(
            "seats.h", ROOT / "README.md", file_names) or not hidden_rpcs(["NoSuchRpc"]):
        problems.append("docs_test: lets pass what is not there")
    for document in project_files("*.md"):
        text = document.read_text()
        where = document.relative_to(ROOT)
        links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text)
                 if not link.startswith(("http", "#", "mailto:"))]
        for link in links:
            if not path_exists(link, document, Counter()):
                problems.append(f"{where}: link to {link}")
        for word in words_of(text):
            command = re.match(r"\./wici ([a-z]+)", word)
            case = re.match(r"(\w+Test)\.(\w+)$", word)
            if command:
                if command.group(1) not in commands:
                    problems.append(f"{where}: ./wici {command.group(1)} is no command")
            elif case:
                if case.groups() not in cases:
                    problems.append(f"{where}: test case {word}")
            elif re.fullmatch(r"\w+_test", word):
                if word not in test_files and word not in names:
                    problems.append(f"{where}: test {word}")
            elif is_path(word) and not path_exists(word, document, file_names):
                problems.append(f"{where}: path {word}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
