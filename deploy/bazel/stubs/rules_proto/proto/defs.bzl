"""The rules of Bazel itself under the names that its built-in repositories load."""

proto_lang_toolchain = native.proto_lang_toolchain
proto_library = native.proto_library
