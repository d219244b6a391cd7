#!/usr/bin/python3
"""What `./wici call` does: calls the services that `./wici run` started, JSON in and out.

    ./wici call                                     lists the methods
    ./wici call EventService.GetEvent               shows the fields of its request
    ./wici call EventService.GetEvent '{"name": "events/clusters-2015-12-18"}'
    ./wici call LabelService.GetLabelStatus - < question.json
"""

import argparse
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local"))

import client  # noqa: E402
import stubs  # noqa: E402


class UsageError(Exception):
    """What the user can mend."""


def running_api(directory):
    """An Api to what `./wici run` wrote down about itself."""
    try:
        addresses = json.loads((directory / "addresses.json").read_text(encoding="utf-8"))
        token = (directory / "token").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise UsageError(f"nothing runs on {directory}: start it with ./wici run") from None
    return client.Api(addresses, token)


def find_method(name):
    methods = stubs.methods()
    method = methods.get(name.rsplit("/", 1)[0].rsplit(".", 1)[-1] + "." + name.rsplit("/", 1)[1]
                         if "/" in name else name)
    if method is None:
        near = [known for known in methods if name.split(".")[-1].lower() in known.lower()]
        hint = f"; there is {', '.join(near[:5])}" if near else "; ./wici call lists the methods"
        raise UsageError(f"no method {name}{hint}")
    return method


def describe(message, indent="  "):
    """The fields of a message, one a line, in protobuf's JSON names."""
    for field in message.fields:
        kind = (field.message_type or field.enum_type)
        kind = kind.name if kind else {9: "string", 8: "bool", 12: "bytes"}.get(field.type, "number")
        many = "[]" if field.label == field.LABEL_REPEATED else ""
        print(f"{indent}{field.json_name}: {kind}{many}")


def read_fields(text):
    try:
        fields = json.loads(sys.stdin.read() if text == "-" else text)
    except ValueError as error:
        raise UsageError(f"the request is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise UsageError('the request is not a JSON object, such as {"name": "events/e1"}')
    return fields


def run(args):
    from google.protobuf import json_format
    if args.method is None:
        print("\n".join(sorted(stubs.methods())))
        return
    method = find_method(args.method)
    if args.request is None and method.input_type.fields:
        print(f"{method.full_name} takes")
        describe(method.input_type)
        return
    fields = read_fields(args.request or "{}")
    name = f"{method.containing_service.name}.{method.name}"
    try:
        reply = running_api(args.directory)(name, **fields)
    except json_format.ParseError as error:
        raise UsageError(f"{method.input_type.name}: {error}") from None
    print(json_format.MessageToJson(reply, ensure_ascii=False))


def main():
    parser = argparse.ArgumentParser(prog="./wici call", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("method", nargs="?", help="Service.Method")
    parser.add_argument("request", nargs="?", help="the request in JSON, or - for standard input")
    parser.add_argument("--directory", type=pathlib.Path, default=ROOT / ".wici/run",
                        help="the data of ./wici run (default: .wici/run)")
    try:
        run(parser.parse_args())
    except (UsageError, client.CallError) as error:
        print(f"wici: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
