"""The rules of the contract that buf does not know: AIP habits, access and comments.

load(proto_root) compiles every .proto below a directory with protoc, except wici/testing, which no
client sees; check() returns the violations, each "file: element: rule: what is wrong". The rules
stand in RULES, one function each.
"""

import importlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2

GOOGLEAPIS = "/usr/share/gocode/src/github.com/gogo/googleapis"
ROOT = Path(__file__).resolve().parents[2]
READ_VERBS = ("Get", "List", "BatchGet", "Search", "Read", "Watch", "Evaluate", "Export", "Preview")
KEYWORDS = ("Required.", "Optional.", "Output only.", "Immutable.", "Input only.")
FORBIDDEN_FIELDS = {"offset", "total_size", "total_count", "order_by", "filter"}

Field = descriptor_pb2.FieldDescriptorProto


class Contract:
    """Everything the rules look at: files, messages by full name, methods, comments."""

    def __init__(self, descriptor_set, own_files, access_extension):
        self.access_extension = access_extension
        self.files = [f for f in descriptor_set.file if f.name in own_files]
        self.messages = {}
        self.enums = {}
        self.comments = {}
        for file in descriptor_set.file:
            for location in file.source_code_info.location:
                text = location.leading_comments or location.trailing_comments
                self.comments[file.name, tuple(location.path)] = text.strip()
            for index, message in enumerate(file.message_type):
                self._add_message(file, f".{file.package}", message, (4, index))
            for index, enum in enumerate(file.enum_type):
                self.enums[f".{file.package}.{enum.name}"] = (file, enum, (5, index))
        self.methods = []  # (file, service, method)
        for file in self.files:
            for service in file.service:
                for method in service.method:
                    self.methods.append((file, service, method))
        self.inputs = self._reachable(method.input_type for _, _, method in self.methods)
        self.resources = {
            method.output_type
            for _, _, method in self.methods
            if method.name == "Get" + self.short(method.output_type)
        }

    def _add_message(self, file, scope, message, path):
        name = f"{scope}.{message.name}"
        self.messages[name] = (file, message, path)
        for index, nested in enumerate(message.nested_type):
            self._add_message(file, name, nested, path + (3, index))
        for index, enum in enumerate(message.enum_type):
            self.enums[f"{name}.{enum.name}"] = (file, enum, path + (4, index))

    def _reachable(self, names):
        found, queue = set(), list(names)
        while queue:
            name = queue.pop()
            if name in found or name not in self.messages or name.startswith(".google."):
                continue
            found.add(name)
            queue += [f.type_name for f in self.messages[name][1].field if f.type_name]
        return found

    def message(self, name):
        return self.messages[name][1]

    def comment(self, file, path):
        return self.comments.get((file.name, path), "")

    def access(self, method):
        if self.access_extension is None or not method.options.HasExtension(self.access_extension):
            return None
        return method.options.Extensions[self.access_extension]

    def is_read(self, method):
        return method.options.idempotency_level == method.options.NO_SIDE_EFFECTS

    @staticmethod
    def short(name):
        return name.rsplit(".", 1)[-1]

    def own_messages(self):
        own = {file.name for file in self.files}
        for name, (file, message, path) in self.messages.items():
            if file.name in own and not message.options.map_entry:
                yield name, file, message, path


def field_of(message, name):
    return next((field for field in message.field if field.name == name), None)


def has_field(message, name, kind, type_name=""):
    field = field_of(message, name)
    return field is not None and field.type == kind and field.type_name == type_name


def every_rpc_names_its_permission(contract):
    for file, service, method in contract.methods:
        access = contract.access(method)
        if access is None or access.permission == 0:
            yield file, f"{service.name}.{method.name}", "no (wici.access.v1.access) option"


def scope_field_is_a_string_of_the_request(contract):
    for file, service, method in contract.methods:
        access = contract.access(method)
        if access is None or not access.scope_field:
            continue
        name = method.input_type
        parts = access.scope_field.split(".")
        for position, part in enumerate(parts):
            field = field_of(contract.message(name), part)
            last = position == len(parts) - 1
            wanted = Field.TYPE_STRING if last else Field.TYPE_MESSAGE
            if field is None or field.type != wanted:
                yield file, f"{service.name}.{method.name}", f"scope_field {access.scope_field}?"
                break
            name = field.type_name


def reads_say_so(contract):
    for file, service, method in contract.methods:
        if method.name.startswith(READ_VERBS) and not contract.is_read(method):
            yield file, f"{service.name}.{method.name}", "a read without NO_SIDE_EFFECTS"
        if method.name.startswith(("Create", "Update", "Delete", "Cancel", "Record")):
            if contract.is_read(method):
                yield file, f"{service.name}.{method.name}", "a mutation with NO_SIDE_EFFECTS"


def mutations_have_a_request_id(contract):
    for file, service, method in contract.methods:
        if contract.is_read(method):
            continue
        if not has_field(contract.message(method.input_type), "request_id", Field.TYPE_STRING):
            yield file, f"{service.name}.{method.name}", "no string request_id in the request"


def lists_are_paged(contract):
    for file, service, method in contract.methods:
        if not re.match(r"(List|Search)[A-Z]", method.name):
            continue
        request = contract.message(method.input_type)
        answer = contract.message(method.output_type)
        complete = (
            has_field(request, "page_size", Field.TYPE_INT32)
            and has_field(request, "page_token", Field.TYPE_STRING)
            and has_field(answer, "next_page_token", Field.TYPE_STRING)
            and any(f.label == Field.LABEL_REPEATED for f in answer.field)
        )
        if not complete:
            yield file, f"{service.name}.{method.name}", (
                "needs page_size, page_token, next_page_token and a repeated field")


def no_offset_no_total_no_query_language(contract):
    for name, file, message, _ in contract.own_messages():
        for field in message.field:
            if field.name in FORBIDDEN_FIELDS:
                yield file, f"{contract.short(name)}.{field.name}", "not in this contract"


def a_resource_begins_with_its_name(contract):
    for name in sorted(contract.resources):
        file, message, _ = contract.messages[name]
        field = field_of(message, "name")
        if field is None or field.number != 1 or field.type != Field.TYPE_STRING:
            yield file, contract.short(name), "field 1 of a resource is string name"


def a_mutable_resource_has_an_etag(contract):
    for file, service, method in contract.methods:
        if not method.name.startswith("Update") or method.output_type not in contract.resources:
            continue
        if not has_field(contract.message(method.output_type), "etag", Field.TYPE_STRING):
            yield file, contract.short(method.output_type), "Update without string etag"


def get_and_delete_take_a_name(contract):
    for file, service, method in contract.methods:
        is_get = method.name == "Get" + contract.short(method.output_type)
        if not is_get and not re.match(r"(Delete|Undelete)[A-Z]", method.name):
            continue
        field = field_of(contract.message(method.input_type), "name")
        if field is None or field.number != 1 or field.type != Field.TYPE_STRING:
            yield file, f"{service.name}.{method.name}", "field 1 of the request is string name"


def an_update_has_a_mask(contract):
    for file, service, method in contract.methods:
        if not method.name.startswith("Update"):
            continue
        if method.name[len("Update"):] != contract.short(method.output_type):
            continue
        request = contract.message(method.input_type)
        if not has_field(request, "update_mask", Field.TYPE_MESSAGE, ".google.protobuf.FieldMask"):
            yield file, f"{service.name}.{method.name}", "no FieldMask update_mask"


def standard_requests_are_named_after_their_method(contract):
    for file, service, method in contract.methods:
        if contract.short(method.input_type) != f"{method.name}Request":
            yield file, f"{service.name}.{method.name}", f"takes {contract.short(method.input_type)}"


def instants_end_in_time(contract):
    for name, file, message, _ in contract.own_messages():
        for field in message.field:
            is_instant = field.type_name == ".google.protobuf.Timestamp"
            named = re.search(r"(_time|_times|_after|_before|_since|^known_at)$", field.name) is not None
            if is_instant and not named:
                yield file, f"{contract.short(name)}.{field.name}", "a Timestamp ends in _time"
            if field.name.endswith("_time") and not is_instant:
                yield file, f"{contract.short(name)}.{field.name}", "_time is a Timestamp"


def only_watches_and_files_stream(contract):
    for file, service, method in contract.methods:
        if method.client_streaming:
            yield file, f"{service.name}.{method.name}", "no client streaming"
        # A file that may be long comes in parts of it.
        streams = method.name.startswith("Watch") or method.output_type.endswith(".DocumentPart")
        if method.server_streaming != streams:
            yield file, f"{service.name}.{method.name}", "Watch* and DocumentPart stream, nothing else"


def fields_say_how_they_behave(contract):
    for name, file, message, path in contract.own_messages():
        if name not in contract.inputs and name not in contract.resources:
            continue
        if not name.endswith("Request") and name not in contract.resources:
            continue
        for index, field in enumerate(message.field):
            if not contract.comment(file, path + (2, index)).startswith(KEYWORDS):
                yield file, f"{contract.short(name)}.{field.name}", (
                    "the comment begins with Required., Optional., Output only. or Immutable.")


def a_state_changes_by_verbs_only(contract):
    for name in sorted(contract.resources):
        file, message, path = contract.messages[name]
        for index, field in enumerate(message.field):
            if field.name != "state":
                continue
            if field.type != Field.TYPE_ENUM:
                yield file, f"{contract.short(name)}.state", "is an enum"
            elif not contract.comment(file, path + (2, index)).startswith("Output only."):
                yield file, f"{contract.short(name)}.state", "is Output only."


def one_service_a_file(contract):
    for file in contract.files:
        if len(file.service) > 1:
            yield file, file.name, "one service a file"
        for service in file.service:
            snake = re.sub(r"(?<!^)(?=[A-Z])", "_", service.name).lower()
            if not file.name.endswith(f"/{snake}.proto"):
                yield file, service.name, f"stands in {snake}.proto"


def error_reasons_give_an_example(contract):
    for name, (file, enum, path) in contract.enums.items():
        if enum.name != "ErrorReason":
            continue
        for index, value in enumerate(enum.value):
            if value.number == 0:
                continue
            if not re.search(r"[Ee]xample|for instance", contract.comment(file, path + (2, index))):
                yield file, value.name, 'the comment gives an example ("Example: ...")'


def every_enum_begins_unspecified(contract):
    own = {file.name for file in contract.files}
    for name, (file, enum, _) in contract.enums.items():
        if file.name in own and not enum.value[0].name.endswith("_UNSPECIFIED"):
            yield file, enum.name, "value 0 is _UNSPECIFIED"


RULES = [
    every_rpc_names_its_permission,
    scope_field_is_a_string_of_the_request,
    reads_say_so,
    mutations_have_a_request_id,
    lists_are_paged,
    no_offset_no_total_no_query_language,
    a_resource_begins_with_its_name,
    a_mutable_resource_has_an_etag,
    get_and_delete_take_a_name,
    an_update_has_a_mask,
    standard_requests_are_named_after_their_method,
    instants_end_in_time,
    only_watches_and_files_stream,
    fields_say_how_they_behave,
    a_state_changes_by_verbs_only,
    one_service_a_file,
    error_reasons_give_an_example,
    every_enum_begins_unspecified,
]


def load(proto_root, import_roots=()):
    """The Contract of the .proto files below proto_root."""
    names = sorted(str(p.relative_to(proto_root)) for p in Path(proto_root).rglob("*.proto"))
    names = [name for name in names if not name.startswith("wici/testing/")]
    with tempfile.TemporaryDirectory() as scratch:
        includes = [f"-I{root}" for root in (proto_root, *import_roots, GOOGLEAPIS)]
        subprocess.run(
            ["protoc", *includes, "--include_imports", "--include_source_info",
             f"--descriptor_set_out={scratch}/set", *names], check=True)
        # The option is an extension: it can be read once its own file is known to Python.
        subprocess.run(
            ["protoc", f"-I{ROOT / 'proto'}", f"--python_out={scratch}",
             "wici/access/v1/access.proto"], check=True)
        sys.path.insert(0, scratch)
        access = importlib.import_module("wici.access.v1.access_pb2")
        sys.path.remove(scratch)
        descriptor_set = descriptor_pb2.FileDescriptorSet()
        descriptor_set.ParseFromString(Path(scratch, "set").read_bytes())
    return Contract(descriptor_set, set(names), access.access)


def check(contract):
    """The violations, sorted, each as one line."""
    return sorted(
        f"{file.name}: {element}: {rule.__name__}: {text}"
        for rule in RULES
        for file, element, text in rule(contract))
