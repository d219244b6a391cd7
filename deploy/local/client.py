"""A small client of the three services: tokens, deadlines, retries, readable errors.

    api = Api({"registration": "127.0.0.1:50052", ...},
              bearer_token(key_file, "users/anna", ["event-organiser@platform"]))
    event = api("EventService.GetEvent", name="events/e1")

Methods are named "Service.Method"; fields are given as in protobuf's JSON. A call that ends
UNAVAILABLE is sent again, with the same request_id, until retry_seconds are over: every mutation of
wici is idempotent by that id, so a service that was killed in the middle of a call and started
again gives the same result as one that was not. A stream that breaks off is opened again: stream()
reads a whole one, watch() waits for a message.
"""

import base64
import copy
import functools
import json
import pathlib
import time
import uuid

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf import json_format
from google.protobuf import message_factory

import stubs

DEADLINE_SECONDS = 10
RETRY_SECONDS = 45
RETRY_PAUSE_SECONDS = 0.05
# A killed service is back within a second: do not let gRPC wait longer to connect again.
CHANNEL_OPTIONS = (("grpc.initial_reconnect_backoff_ms", 50),
                   ("grpc.min_reconnect_backoff_ms", 50),
                   ("grpc.max_reconnect_backoff_ms", 200),
                   ("grpc.enable_retries", 0))


PACKAGES = {"cluster-registry": "wici.cluster_registry.v1",
            "registration": "wici.registration.v1",
            "notification": "wici.notification.v1"}


class CallError(Exception):
    """A call that failed: code, reason and metadata of its ErrorInfo, field violations."""

    def __init__(self, method, error):
        self.method, self.code = method, error.code().name
        self.reason, self.metadata, self.violations = "", {}, []
        self._read_details(error)
        extra = "".join(f"\n    {field}: {text}" for field, text in self.violations)
        super().__init__(f"{method}: {self.code} {self.reason} {error.details()}{extra}")

    def _read_details(self, error):
        from google.rpc import error_details_pb2, status_pb2
        for key, value in error.trailing_metadata() or ():
            if key != "grpc-status-details-bin":
                continue
            for detail in status_pb2.Status.FromString(value).details:
                info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
                if detail.Unpack(info):
                    self.reason, self.metadata = info.reason, dict(info.metadata)
                elif detail.Unpack(bad):
                    self.violations = [(v.field, v.description) for v in bad.field_violations]


def bearer_token(key_file, subject, roles, lifetime_seconds=24 * 3600, age_seconds=0):
    """A development token: a JWT signed with the key the services were started with; issued so long
    ago, and valid for so long from now."""
    now = int(time.time())
    claims = {"iss": "wici", "sub": subject, "roles": list(roles), "iat": now - age_seconds,
              "exp": now + int(lifetime_seconds)}
    signed = _json64({"alg": "EdDSA", "typ": "JWT"}) + "." + _json64(claims)
    return signed + "." + _base64(_signing_key(key_file).sign(signed.encode()))


def link_token(key_file, purpose, name, lifetime_seconds=24 * 3600):
    """What the link of a mail about `name` carries, for "manage" or another purpose."""
    payload = _base64(f"{purpose}\n{name}\n{int(time.time()) + lifetime_seconds}".encode())
    return payload + "." + _base64(_signing_key(key_file).sign(f"wici-link-v1:{payload}".encode()))


def _signing_key(key_file):
    text = pathlib.Path(key_file).read_text(encoding="ascii").strip()
    return Ed25519PrivateKey.from_private_bytes(
        base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _base64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _json64(value):
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def connect(stack, subject, roles, **addresses):
    """An Api to the services of a Stack, as this subject with these roles. Other addresses than the
    stack's may be given by service."""
    addresses = {service: stack.address(service) for service in PACKAGES} | addresses
    return Api(addresses, bearer_token(stack.key_file, subject, roles))


def connect_anonymous(stack):
    """An Api without credentials, as people call who only have the link of a mail."""
    return Api({service: stack.address(service) for service in PACKAGES})


class Api:
    """Calls the services by the names of the contract. Not thread-safe."""

    def __init__(self, addresses, token=None, options=None):
        """`options`: of the channels, by service, instead of CHANNEL_OPTIONS."""
        self._methods = stubs.methods()
        self._channels = {
            package: grpc.insecure_channel(addresses[service], (options or {}).get(
                service, CHANNEL_OPTIONS)) for service, package in PACKAGES.items()}
        self._metadata = [("authorization", f"Bearer {token}")] if token else []
        self.retry_seconds = RETRY_SECONDS
        self.deadline_seconds = DEADLINE_SECONDS
        self.strike = None  # called once, while the next call is under way: for fault runs

    def by_link(self, token):
        """The same with the manage token of a mail as credentials."""
        other = copy.copy(self)
        other._metadata = [("authorization", f"Link {token}")]
        return other

    def close(self):
        for channel in self._channels.values():
            channel.close()

    def __call__(self, method_name, /, **fields):
        request, invoke = self._prepare(method_name, fields)

        def call():
            future = invoke.future(request, timeout=self.deadline_seconds, metadata=self._metadata)
            strike, self.strike = self.strike, None
            if strike:
                strike()
            return future.result()
        return self._until_available(method_name, call)

    def begin(self, method_name, /, at=None, timeout=DEADLINE_SECONDS, **fields):
        """A call under way, tried once: a future, or for a stream an iterator without deadline. `at`:
        the service, where the name of the method does not say it."""
        request, invoke = self._prepare(method_name, fields, at)
        if self._methods[method_name].server_streaming:
            return invoke(request, metadata=self._metadata)
        return invoke.future(request, timeout=timeout, metadata=self._metadata)

    def stream(self, method_name, /, **fields):
        """All messages of a stream that ends."""
        request, invoke = self._prepare(method_name, fields)
        return self._until_available(method_name, lambda: list(
            invoke(request, timeout=self.deadline_seconds, metadata=self._metadata)))

    def watch(self, method_name, wanted, /, **fields):
        """The first message of a stream without end for which wanted(message) is not None: what that
        says. A stream begins with how things stand, so one that breaks off is simply opened again."""
        request, invoke = self._prepare(method_name, fields)

        def wait():
            stream = invoke(request, timeout=self.retry_seconds, metadata=self._metadata)
            try:
                return next(found for message in stream if (found := wanted(message)) is not None)
            finally:
                stream.cancel()
        return self._until_available(method_name, wait)

    def _prepare(self, method_name, fields, at=None):
        method = self._methods[method_name]
        request = json_format.ParseDict(fields, prototype(method.input_type)())
        if "request_id" in method.input_type.fields_by_name and not request.request_id:
            request.request_id = str(uuid.uuid4())
        channel = self._channels[PACKAGES.get(at) or method.containing_service.file.package]
        open_call = (channel.unary_stream if method.server_streaming else channel.unary_unary)
        return request, open_call(
            f"/{method.containing_service.full_name}/{method.name}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=prototype(method.output_type).FromString)

    def _until_available(self, method_name, call):
        give_up = time.monotonic() + self.retry_seconds
        while True:
            try:
                return call()
            except grpc.RpcError as error:
                if error.code() != grpc.StatusCode.UNAVAILABLE or time.monotonic() > give_up:
                    raise CallError(method_name, error) from None
            time.sleep(RETRY_PAUSE_SECONDS)


@functools.lru_cache(maxsize=None)  # as many as the contract has messages
def prototype(descriptor):
    """The class of the messages of a descriptor."""
    return message_factory.MessageFactory(descriptor.file.pool).GetPrototype(descriptor)
