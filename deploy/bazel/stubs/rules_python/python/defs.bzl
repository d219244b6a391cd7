"""The rules of Bazel itself under the names that its built-in repositories load."""

py_binary = native.py_binary
py_library = native.py_library
py_test = native.py_test
