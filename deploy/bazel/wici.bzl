"""The kinds of target of cmake/WiciTargets.cmake, for Bazel."""

_WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Werror",
]

# As in cmake/: what is tested is optimised, the test is not.
_TEST = _WARNINGS + ["-O0"]

_GOOGLEAPIS = "/usr/share/gocode/src/github.com/gogo/googleapis"

def _units(name, batch, srcs):
    """Files that include `srcs`, `batch` each; as wici_units in cmake/WiciTargets.cmake does."""
    units = []
    for first in range(0, len(srcs), batch):
        unit = "%s_unit%d" % (name, first // batch)
        _together(unit, [native.package_name() + "/" + src for src in srcs[first:first + batch]])
        units.append(unit + ".cc")
    return units

def wici_cc_library(name, hdrs = [], srcs = [], deps = [], testonly = False, apart = False):
    """A library.

    Args:
      name: of the library.
      hdrs: headers.
      srcs: sources.
      deps: libraries.
      testonly: only for tests.
      apart: compile each source by itself.
    """
    native.cc_library(
        name = name,
        hdrs = hdrs,
        srcs = srcs if apart else _units(name, 16, srcs),
        textual_hdrs = [] if apart else srcs,
        copts = _WARNINGS,
        deps = deps,
        testonly = testonly,
        visibility = ["//visibility:public"],
    )

def wici_cc_binary(name, srcs, deps = [], testonly = False):
    native.cc_binary(
        name = name,
        srcs = srcs,
        copts = _WARNINGS,
        deps = deps,
        testonly = testonly,
        visibility = ["//visibility:public"],
    )

def wici_cc_preload(name, srcs, testonly = False):
    native.cc_binary(
        name = name + ".so",
        srcs = srcs,
        copts = _WARNINGS,
        linkopts = ["-ldl"],
        linkshared = True,
        testonly = testonly,
        visibility = ["//visibility:public"],
    )

def wici_cc_test(name, srcs, deps = [], data = [], included = []):
    """A test of GoogleTest.

    Args:
      name: of the test.
      srcs: sources.
      deps: libraries.
      data: files it reads.
      included: sources it includes, to build them another way than the library does.
    """
    if included:
        native.cc_library(
            name = name + "_included",
            textual_hdrs = included,
            testonly = True,
        )
        deps = deps + [":" + name + "_included"]
    native.cc_library(
        name = name + "_sources",
        textual_hdrs = srcs,
        testonly = True,
    )
    native.cc_test(
        name = name,
        srcs = _units(name, 8, srcs),
        copts = _TEST,
        data = data,
        timeout = "moderate",
        deps = deps + [
            ":" + name + "_sources",
            "@sys//:gmock",
            "@sys//:gtest_main",
        ],
    )

def wici_embed_migrations(name, namespace, srcs):
    """A library with migrations.h, which declares wici::NAMESPACE::Migrations().

    Args:
      name: of the library.
      namespace: below wici.
      srcs: SQL files, in the order in which they are applied.
    """
    native.genrule(
        name = name + "_generated",
        srcs = srcs,
        outs = [
            "migrations.cc",
            "migrations.h",
        ],
        cmd = "/usr/bin/python3 $(location //libs/sql:embed_migrations.py) %s %s/migrations.h " %
              (namespace, native.package_name()) +
              "$(RULEDIR)/migrations.h $(RULEDIR)/migrations.cc " +
              " ".join(["$(location %s)" % src for src in srcs]),
        tools = ["//libs/sql:embed_migrations.py"],
    )
    native.cc_library(
        name = name,
        srcs = ["migrations.cc"],
        hdrs = ["migrations.h"],
        copts = _WARNINGS,
        deps = ["//libs/sql:wici_sql"],
        visibility = ["//visibility:public"],
    )

def _together(name, sources, before = []):
    """NAME.cc, which includes the sources, after those of `before`; see cmake/unity.h."""
    lines = ['#include "%s"' % header for header in before]
    for source in sources:
        lines += [
            "#undef WICI_FILE",
            "#define WICI_FILE %s" % source.replace("/", "_").replace(".", "_"),
            '#include "%s"' % source,
        ]
    native.genrule(
        name = name,
        outs = [name + ".cc"],
        cmd = "cat >$@ <<'END'\n" + "\n".join(lines) + "\nEND\n",
    )

def wici_proto_library(name, srcs, deps = [], googleapis = False):
    """C++ messages of .proto files; stubs of *_service.proto in a second library, NAME_grpc.

    Args:
      name: of the library.
      srcs: paths below this package, or below Debian's google/ files.
      deps: libraries of imported files.
      googleapis: whether srcs are Debian's.
    """
    cc, headers, grpc_cc, grpc_headers = [], [], [], []
    for proto in srcs:
        stem = proto[:-len(".proto")]
        cc.append(stem + ".pb.cc")
        headers.append(stem + ".pb.h")
        if stem.endswith("_service"):
            grpc_cc.append(stem + ".grpc.pb.cc")
            grpc_headers.append(stem + ".grpc.pb.h")

    root = _GOOGLEAPIS if googleapis else native.package_name()
    protoc = "protoc -I %s -I %s " % (root, _GOOGLEAPIS)
    native.genrule(
        name = name + "_generated",
        srcs = [] if googleapis else srcs + ["//proto:all_protos"],
        outs = cc + headers,
        cmd = protoc + "--cpp_out=$(RULEDIR) " + " ".join(srcs),
        message = "Generating " + name,
    )
    # Generated files share their headers: compiled together they take a third of the time.
    _together(name + "_together", cc, ["cmake/unity.h"])
    native.cc_library(
        name = name,
        hdrs = headers,
        srcs = [name + "_together.cc"],
        textual_hdrs = cc + ["//cmake:unity.h"],
        copts = ["-w"],
        includes = ["."],
        # Servers look services up by name: a linker would leave out those without a handler.
        alwayslink = True,
        deps = deps + ["@sys//:protobuf"],
        visibility = ["//visibility:public"],
    )
    if not grpc_cc:
        return
    services = [proto for proto in srcs if proto.endswith("_service.proto")]
    native.genrule(
        name = name + "_grpc_generated",
        srcs = srcs + ["//proto:all_protos"],
        outs = grpc_cc + grpc_headers,
        cmd = protoc + "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin " +
              "--grpc_out=$(RULEDIR) " + " ".join(services),
        message = "Generating stubs of " + name,
    )
    _together(name + "_grpc_together", grpc_cc, ["cmake/unity.h"])
    native.cc_library(
        name = name + "_grpc",
        hdrs = grpc_headers,
        srcs = [name + "_grpc_together.cc"],
        textual_hdrs = grpc_cc + ["//cmake:unity.h"],
        copts = ["-w"],
        includes = ["."],
        deps = [
            ":" + name,
            "@sys//:grpcpp",
        ],
        visibility = ["//visibility:public"],
    )
