"""Generates the Python messages and stubs of the contract into build/python.

`ensure()` makes them when a .proto is newer than they are, and puts them on sys.path; safe to call
from several processes at once. `methods()` finds the methods of the contract.
"""

import fcntl
import importlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
OUT = ROOT / "build/python"
GOOGLEAPIS = pathlib.Path("/usr/share/gocode/src/github.com/gogo/googleapis")
PLUGIN = "/usr/bin/grpc_python_plugin"


def ensure():
    protos = sorted((ROOT / "proto").rglob("*.proto"))
    OUT.parent.mkdir(parents=True, exist_ok=True)
    with open(OUT.parent / "python.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _fresh(protos):
            _generate(protos)
    if str(OUT) not in sys.path:
        sys.path.insert(0, str(OUT))


def methods():
    """{"EventService.GetEvent": its descriptor, ...} of all services with names of their own."""
    ensure()
    found = {}
    for proto in sorted((ROOT / "proto").rglob("*_service.proto")):
        module = str(proto.relative_to(ROOT / "proto"))[:-len(".proto")].replace("/", ".") + "_pb2"
        descriptor = importlib.import_module(module).DESCRIPTOR
        for service in descriptor.services_by_name.values():
            found.update({f"{service.name}.{m.name}": m for m in service.methods})
    return found


def _fresh(protos):
    stamp = OUT / ".protos"
    if not stamp.exists() or stamp.read_text().split() != _names(protos):
        return False
    return stamp.stat().st_mtime > max(p.stat().st_mtime for p in protos)


def _names(protos):
    return [str(p.relative_to(ROOT / "proto")) for p in protos]


def _generate(protos):
    new = pathlib.Path(tempfile.mkdtemp(prefix="python.", dir=OUT.parent))
    google = sorted((GOOGLEAPIS / "google/rpc").glob("*.proto"))
    subprocess.run(
        ["protoc", "-I", ROOT / "proto", "-I", GOOGLEAPIS, f"--plugin=protoc-gen-grpc={PLUGIN}",
         f"--python_out={new}", f"--grpc_out={new}", *protos, *google],
        check=True, stdin=subprocess.DEVNULL)
    (new / ".protos").write_text("\n".join(_names(protos)))
    shutil.rmtree(OUT, ignore_errors=True)
    new.chmod(0o755)
    new.rename(OUT)
