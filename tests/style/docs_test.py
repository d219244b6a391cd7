#!/usr/bin/python3
"""What the documents name exists: files, tests, commands of ./wici.

Looks at text between backticks and at links. A word with a slash or a known suffix is a path, from
the root or from the document's folder, or without a slash the name of a file anywhere; `Suite.Name` with a suite that ends in Test is a GoogleTest
case; `x_test` is a test file; `./wici word` is a command.
"""

import fnmatch
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SUFFIXES = (".md", ".h", ".cc", ".proto", ".py", ".sh", ".sql", ".txt", ".csv", ".json", ".yaml")
# Made by a command, or examples of a reader's own.
GENERATED = ("build/", ".wici/", "/var/", "/etc/", "/usr/", "/tmp/", "http", "localhost/", "...")


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
        if "/" not in candidate and fnmatch.filter(file_names, candidate):
            continue
        bases = (ROOT, document.parent)
        if not any(list(base.glob(candidate)) if "*" in candidate else (base / candidate).exists()
                   for base in bases):
            return False
    return True


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


def main():
    sources = "\n".join(path.read_text() for path in project_files("*_test.cc"))
    cases = set(re.findall(r"TEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\)", sources))
    test_files = {path.stem for path in project_files("*_test.cc", "*_test.py")}
    names = {name for path in project_files("*CMakeLists.txt")
             for name in re.findall(r"NAME\s+(\S+)", path.read_text())}
    commands = set(re.findall(r"^    ([a-z| -]+)\)", (ROOT / "wici").read_text(), re.MULTILINE))
    commands = {word.strip() for group in commands for word in group.split("|")}

    file_names = {path.name for path in project_files("*")}
    problems = []
    for document in project_files("*.md"):
        text = document.read_text()
        where = document.relative_to(ROOT)
        links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text)
                 if not link.startswith(("http", "#", "mailto:"))]
        for link in links:
            if not path_exists(link, document, []):
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
