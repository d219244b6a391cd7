#!/usr/bin/python3
"""Writes the Bazel BUILD files from the CMakeLists.txt files, so that both list the same targets.

With --write, writes them; without, fails when one differs from what it would write. Fails in any case
when a target includes what it does not depend on: only Bazel would notice. CMakeLists.txt
below proto, libs, services and tests consists of the calls of cmake/WiciTargets.cmake with literal
arguments, which is what makes this possible; anything else is refused here.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAD = "# Written by tests/build_parity.py from CMakeLists.txt: edit that, then run ./wici fix.\n"
SYSTEM = {
    "CURL::libcurl": "curl",
    "GTest::gmock": "gmock",
    "GTest::gtest": "gtest",
    "GTest::gtest_main": "gtest_main",
    "OpenSSL::Crypto": "crypto",
    "OpenSSL::SSL": "ssl",
    "PkgConfig::GMIME": "gmime",
    "PkgConfig::HIREDIS": "hiredis",
    "PkgConfig::ICU": "icu",
    "PkgConfig::IDN2": "idn2",
    "PkgConfig::LIBICAL": "ical",
    "PkgConfig::PANGOCAIRO": "pangocairo",
    "PkgConfig::QRENCODE": "qrencode",
    "PkgConfig::XAPIAN": "xapian",
    "PkgConfig::XLSXWRITER": "xlsxwriter",
    "PostgreSQL::PostgreSQL": "pq",
    "SQLite::SQLite3": "sqlite3",
    "Threads::Threads": "threads",
    "benchmark::benchmark": "benchmark",
    "civetweb::civetweb": "civetweb",
    "civetweb::civetweb-cpp": "civetweb_cpp",
    "gRPC::grpc++": "grpcpp",
    "gRPC::grpc++_reflection": "grpcpp_reflection",
    "gRPC::grpcpp_channelz": "grpcpp_channelz",
    "prometheus-cpp::core": "prometheus_core",
    "protobuf::libprotobuf": "protobuf",
}
KINDS = {
    "wici_cc_library": ("HDRS", "SRCS", "DEPS"),
    "wici_cc_binary": ("SRCS", "DEPS"),
    "wici_cc_preload": ("SRCS",),
    "wici_cc_test": ("SRCS", "DEPS", "DATA"),
    "wici_embed_migrations": ("SRCS",),
    "wici_proto_library": ("SRCS", "DEPS"),
}
IGNORED = {"wici_py_test", "add_subdirectory"}
KEYWORDS = {"NAME", "NAMESPACE", "ROOT", "HDRS", "SRCS", "DEPS", "DATA", "TESTONLY", "TIMEOUT",
            "APART"}


class Target:
    """One call of a CMakeLists.txt."""

    def __init__(self, package, kind, words):
        self.package = package
        self.kind = kind
        self.values = {}
        key = None
        for word in words:
            if word in KEYWORDS:
                key = word
                self.values[key] = []
            else:
                self.values[key].append(word.strip('"'))
        self.name = self.values["NAME"][0]


def parse(lists):
    """The targets of one CMakeLists.txt."""
    text = re.sub(r"#.*", "", lists.read_text())
    package = lists.parent.relative_to(ROOT).as_posix()
    for call, arguments in re.findall(r"(\w+)\s*\(([^()]*)\)", text):
        if call in KINDS:
            yield Target(package, call, arguments.split())
        elif call not in IGNORED:
            raise SystemExit(f"{package}/CMakeLists.txt: {call}() is not one of cmake/WiciTargets")


def label(dependency, targets, package):
    if dependency in SYSTEM:
        return f"@sys//:{SYSTEM[dependency]}"
    if dependency.startswith("absl::"):
        return "@sys//:absl"
    target = targets.get(dependency) or targets.get(dependency.removesuffix("_grpc"))
    if target is None:
        raise SystemExit(f"{package}: nothing is called {dependency}; a system library? See SYSTEM")
    return f":{dependency}" if target.package == package else f"//{target.package}:{dependency}"


def from_root(file, target):
    """The path of a file that a target may name from its own folder or from the source root."""
    own = f"{target.package}/{file}"
    return own if (ROOT / own).exists() else file


def included_sources(target):
    """Sources that a test includes, to build them another way, named from the source root."""
    if target.kind != "wici_cc_test":
        return []
    texts = [(ROOT / target.package / source).read_text() for source in target.values["SRCS"]]
    return sorted(name for text in texts
                  for name in re.findall(r'#include "([\w/]+/\w+\.cc)"', text))


def shared_files(target):
    """Files from the source root that a target takes and another package may hold."""
    files = [from_root(file, target) for file in target.values.get("DATA", [])]
    if target.kind == "wici_embed_migrations":
        files += [from_root(file, target) for file in target.values["SRCS"]]
        files.append("libs/sql/embed_migrations.py")
    return files


def file_label(file, target, packages):
    """The label of a file named from the source root."""
    folder = Path(file).parent
    while folder.as_posix() not in packages:
        if folder == Path("."):
            raise SystemExit(f"{target.package}: {file} is in no package")
        folder = folder.parent
    inner = Path(file).relative_to(folder).as_posix()
    return inner if folder.as_posix() == target.package else f"//{folder.as_posix()}:{inner}"


def attribute(name, values):
    values = list(dict.fromkeys(values))
    if not values:
        return ""
    if len(values) == 1:
        return f'    {name} = ["{values[0]}"],\n'
    return f"    {name} = [\n" + "".join(f'        "{v}",\n' for v in values) + "    ],\n"


def sort_labels(labels):
    """Buildifier's order: own package, other packages, other repositories."""
    rank = {":": 1, "/": 2, "@": 3}
    return sorted(set(labels), key=lambda text: (rank.get(text[0], 0), text))


def render(target, targets, packages):
    values = target.values
    text = f'{target.kind}(\n    name = "{target.name}",\n'
    if target.kind == "wici_embed_migrations":
        text += f'    namespace = "{values["NAMESPACE"][0]}",\n'
        text += attribute("srcs", [file_label(from_root(file, target), target, packages)
                                   for file in values["SRCS"]])
    else:
        text += attribute("srcs", sorted(values.get("SRCS", [])))
    text += attribute("hdrs", sorted(values.get("HDRS", [])))
    text += attribute("included", sort_labels(
        file_label(file, target, packages) for file in included_sources(target)))
    text += attribute("data", sort_labels(
        file_label(file, target, packages) for file in shared_files(target)
        if target.kind != "wici_embed_migrations"))
    is_program = target.kind in ("wici_cc_binary", "wici_cc_preload")
    is_tool_of_tests = is_program and target.package.startswith("tests")
    if "APART" in values and target.kind == "wici_cc_library":
        text += "    apart = True,\n"
    if "TESTONLY" in values or is_tool_of_tests:
        text += "    testonly = True,\n"
    if "ROOT" in values:
        text += "    googleapis = True,\n"
    text += attribute("deps", sort_labels(
        label(dependency, targets, target.package) for dependency in values.get("DEPS", [])))
    return text + ")\n"


def all_targets():
    """Every target by its name."""
    lists = [path for top in ("proto", "libs", "services", "tests")
             for path in sorted((ROOT / top).rglob("CMakeLists.txt"))
             if "/broken/" not in path.as_posix()]
    targets = {}
    for path in lists:
        for target in parse(path):
            targets[target.name] = target
    return targets


def closure(target, targets):
    """Names of everything that a target depends on, and its own."""
    names, todo = set(), [target.name]
    while todo:
        name = todo.pop()
        if name in names or name not in targets:
            continue
        names.add(name)
        todo += targets[name].values.get("DEPS", [])
    return names


def undeclared_includes(targets):
    """What a target includes and does not depend on. CMake builds it all the same, Bazel does not."""
    owners = {from_root(file, target): target.name for target in targets.values()
              for file in target.values.get("HDRS", []) + target.values.get("SRCS", [])
              if file.endswith(".h")}
    for target in targets.values():
        if target.kind not in ("wici_cc_library", "wici_cc_binary", "wici_cc_test"):
            continue
        known = closure(target, targets)
        for file in target.values.get("HDRS", []) + target.values.get("SRCS", []):
            path = from_root(file, target)
            for header in re.findall(r'#include "([\w/]+\.h)"', (ROOT / path).read_text()):
                owner = owners.get(header)
                if owner is None and (ROOT / header).exists():
                    yield f"{path} includes {header}, which no target has in its HDRS"
                if owner and owner not in known:
                    yield f"{path} includes {header}: {target.name} needs {owner} in its DEPS"


def build_files(targets):
    """Path of every BUILD file -> its text."""
    shared = {}
    packages = {target.package for target in targets.values()} | {"proto"}
    for target in targets.values():
        for file in shared_files(target) + included_sources(target):
            wanted = file_label(file, target, packages)
            if wanted.startswith("//"):
                package, _, inner = wanted[2:].partition(":")
                shared.setdefault(package, set()).add(inner)
    result = {}
    for package in sorted(packages):
        own = [target for target in targets.values() if target.package == package]
        kinds = sorted({target.kind for target in own})
        text = HEAD
        if kinds:
            names = ", ".join(f'"{kind}"' for kind in kinds)
            text += f'load("//deploy/bazel:wici.bzl", {names})\n'
        if package == "proto":
            text += ('\nfilegroup(\n    name = "all_protos",\n'
                     '    srcs = glob(["**/*.proto"]),\n'
                     '    visibility = ["//visibility:public"],\n)\n')
        if package in shared:
            files = "".join(f'    "{file}",\n' for file in sorted(shared[package]))
            text += f"\nexports_files([\n{files}])\n"
        for target in own:
            text += "\n" + render(target, targets, packages)
        result[ROOT / package / "BUILD"] = text
    return result


def main(arguments):
    status = 0
    targets = all_targets()
    for problem in undeclared_includes(targets):
        print(problem)
        status = 1
    for path, text in build_files(targets).items():
        current = path.read_text() if path.exists() else ""
        if current == text:
            continue
        if "--write" in arguments:
            path.write_text(text)
        else:
            print(f"{path.relative_to(ROOT)} differs from its CMakeLists.txt: run ./wici fix")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
