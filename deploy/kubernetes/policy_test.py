#!/usr/bin/python3
"""Every rendered manifest keeps the rules of deploy/README.md, one function a rule.

Renders base and each overlay with `kubectl kustomize`. kubectl is not among Debian's packages:
where it is missing, checks only that the files parse and exist, and ends with SKIPPED: ctest and
tests/verify.sh say that it was not run.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
# Secrets that the operator makes; deploy/README.md says how.
SECRETS = {
    "wici-key",
    "wici-cluster-registry-database",
    "wici-registration-database",
    "wici-notification-database",
}
SKIPPED = 77  # as cmake/WiciTargets.cmake tells ctest
DRAIN_SECONDS = 5 + 20  # the service's own drain, libs/rpc
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


class Manifests:
    """The documents of one rendering."""

    def __init__(self, text):
        self.documents = [d for d in yaml.safe_load_all(text) if d]

    def of(self, *kinds):
        return [d for d in self.documents if d["kind"] in kinds]

    def workloads(self):
        return self.of("Deployment", "StatefulSet", "Job", "CronJob")

    def names(self, kind):
        return {d["metadata"]["name"] for d in self.of(kind)}


def pod(workload):
    return workload["spec"]["template"]


def containers(workload):
    spec = pod(workload)["spec"]
    return spec["containers"] + spec.get("initContainers", [])


def is_ours(workload):
    return workload["metadata"].get("labels", {}).get("wici.service") == "true"


def name(document):
    return f"{document['kind']} {document['metadata']['name']}"


def selects(selector, labels):
    return all(labels.get(key) == value for key, value in selector.items())


def namespace_enforces_restricted_pods(m):
    for document in m.of("Namespace"):
        labels = document["metadata"].get("labels", {})
        if labels.get("pod-security.kubernetes.io/enforce") != "restricted":
            yield name(document)


def everything_is_in_one_namespace(m):
    namespaces = m.names("Namespace")
    for document in m.documents:
        if document["kind"] != "Namespace":
            if document["metadata"].get("namespace") not in namespaces:
                yield name(document)


def pods_are_not_root(m):
    for workload in m.workloads():
        context = pod(workload)["spec"].get("securityContext", {})
        if context.get("runAsNonRoot") is not True or not context.get("runAsUser"):
            yield name(workload)


def pods_have_the_default_seccomp_profile(m):
    for workload in m.workloads():
        context = pod(workload)["spec"].get("securityContext", {})
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield name(workload)


def containers_are_confined(m):
    for workload in m.workloads():
        for container in containers(workload):
            context = container.get("securityContext", {})
            if (context.get("allowPrivilegeEscalation") is not False
                    or context.get("readOnlyRootFilesystem") is not True
                    or context.get("capabilities", {}).get("drop") != ["ALL"]
                    or context.get("privileged")):
                yield f"{name(workload)}: {container['name']}"


def pods_carry_no_token(m):
    for workload in m.workloads():
        if pod(workload)["spec"].get("automountServiceAccountToken") is not False:
            yield name(workload)
    for account in m.of("ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            yield name(account)


def pods_use_no_host_namespace(m):
    for workload in m.workloads():
        spec = pod(workload)["spec"]
        if any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
            yield name(workload)
        if any("hostPath" in volume for volume in spec.get("volumes", [])):
            yield f"{name(workload)}: hostPath"


def pods_get_no_service_environment(m):
    for workload in m.workloads():
        if pod(workload)["spec"].get("enableServiceLinks") is not False:
            yield name(workload)


def service_accounts_exist(m):
    for workload in m.workloads():
        account = pod(workload)["spec"].get("serviceAccountName")
        if is_ours(workload) and account not in m.names("ServiceAccount"):
            yield name(workload)


def containers_ask_for_what_they_need(m):
    for workload in m.workloads():
        for container in containers(workload):
            resources = container.get("resources", {})
            requests, limits = resources.get("requests", {}), resources.get("limits", {})
            if "cpu" not in requests or requests.get("memory") != limits.get("memory"):
                yield f"{name(workload)}: {container['name']}: memory request = limit, cpu request"
            if "memory" not in limits or "cpu" in limits:
                yield f"{name(workload)}: {container['name']}: memory limit, no cpu limit"


def images_have_a_version(m):
    for workload in m.workloads():
        for container in containers(workload):
            tag = container["image"].rsplit("/", 1)[-1].partition(":")[2]
            if "@sha256:" not in container["image"] and tag in ("", "latest"):
                yield f"{name(workload)}: {container['image']}"


def secrets_are_files_not_environment(m):
    for workload in m.workloads():
        for container in containers(workload):
            if "envFrom" in container or any("valueFrom" in e for e in container.get("env", [])):
                yield f"{name(workload)}: {container['name']}"


def services_have_three_probes(m):
    for workload in m.of("Deployment", "StatefulSet"):
        for container in pod(workload)["spec"]["containers"]:
            for probe in PROBES:
                if probe not in container:
                    yield f"{name(workload)}: {container['name']}: {probe}"


def our_probes_are_on_the_admin_port(m):
    paths = dict(zip(PROBES, ("/startupz", "/readyz", "/livez")))
    for workload in filter(is_ours, m.of("Deployment")):
        for container in pod(workload)["spec"]["containers"]:
            for probe, path in paths.items():
                http = container.get(probe, {}).get("httpGet", {})
                if http.get("port") != "admin" or http.get("path") != path:
                    yield f"{name(workload)}: {probe}"


def probe_ports_are_declared(m):
    for workload in m.of("Deployment", "StatefulSet"):
        for container in pod(workload)["spec"]["containers"]:
            ports = {port["name"] for port in container.get("ports", [])}
            for probe in PROBES:
                for check in ("httpGet", "tcpSocket"):
                    port = container.get(probe, {}).get(check, {}).get("port")
                    if port is not None and port not in ports:
                        yield f"{name(workload)}: {probe}: {port}"


def pods_live_as_long_as_their_drain(m):
    for workload in filter(is_ours, m.of("Deployment")):
        if pod(workload)["spec"].get("terminationGracePeriodSeconds", 30) < DRAIN_SECONDS + 10:
            yield name(workload)


def selectors_match_their_own_pods(m):
    for workload in m.of("Deployment", "StatefulSet"):
        if not selects(workload["spec"]["selector"]["matchLabels"],
                       pod(workload)["metadata"]["labels"]):
            yield name(workload)


def services_select_one_workload_and_a_named_port(m):
    for service in m.of("Service"):
        matching = [w for w in m.of("Deployment", "StatefulSet")
                    if selects(service["spec"]["selector"], pod(w)["metadata"]["labels"])]
        if len(matching) != 1:
            yield f"{name(service)}: selects {len(matching)} workloads"
            continue
        ports = {port["name"] for container in containers(matching[0])
                 for port in container.get("ports", [])}
        for port in service["spec"]["ports"]:
            if port.get("targetPort") not in ports:
                yield f"{name(service)}: {port.get('targetPort')}"


def each_service_is_plain_and_headless(m):
    headless = {s["metadata"]["name"] for s in m.of("Service")
                if s["spec"].get("clusterIP") == "None"}
    for workload in filter(is_ours, m.of("Deployment")):
        own = workload["metadata"]["name"]
        if own not in m.names("Service") or f"{own}-headless" not in headless:
            yield name(workload)


def each_deployment_has_a_disruption_budget(m):
    for workload in m.of("Deployment", "StatefulSet"):
        labels = pod(workload)["metadata"]["labels"]
        budgets = [b for b in m.of("PodDisruptionBudget")
                   if selects(b["spec"]["selector"]["matchLabels"], labels)]
        if len(budgets) != 1 or budgets[0]["spec"].get("maxUnavailable") != 1:
            yield name(workload)


def rollouts_never_go_below_strength(m):
    for workload in filter(is_ours, m.of("Deployment")):
        spec = workload["spec"]
        if spec["replicas"] == 1 and spec["strategy"]["type"] == "Recreate":
            continue
        rolling = spec["strategy"].get("rollingUpdate", {})
        if spec["replicas"] < 2 or rolling.get("maxUnavailable") != 0:
            yield name(workload)


def everything_is_denied_by_default(m):
    for policy in m.of("NetworkPolicy"):
        spec = policy["spec"]
        if spec["podSelector"] == {} and set(spec["policyTypes"]) == {"Ingress", "Egress"}:
            if "ingress" not in spec and "egress" not in spec:
                return
    yield "no NetworkPolicy denies everything"


def each_workload_has_a_network_policy(m):
    for workload in m.workloads():
        labels = pod(workload)["metadata"]["labels"]
        own = [p for p in m.of("NetworkPolicy") if p["spec"]["podSelector"]
               and selects(p["spec"]["podSelector"].get("matchLabels", {}), labels)]
        if not own:
            yield name(workload)


def network_policies_name_peers_and_ports(m):
    for policy in m.of("NetworkPolicy"):
        for direction, peer in (("ingress", "from"), ("egress", "to")):
            for rule in policy["spec"].get(direction, []):
                if not rule.get(peer) or not rule.get("ports"):
                    yield f"{name(policy)}: {direction}"


def network_policies_select_something(m):
    for policy in m.of("NetworkPolicy"):
        selector = policy["spec"]["podSelector"].get("matchLabels", {})
        if not any(selects(selector, pod(w)["metadata"]["labels"]) for w in m.workloads()):
            yield name(policy)


def volumes_are_defined_and_used(m):
    for workload in m.workloads():
        volumes = {v["name"] for v in pod(workload)["spec"].get("volumes", [])}
        mounted = {v["name"] for c in containers(workload) for v in c.get("volumeMounts", [])}
        if volumes != mounted:
            yield f"{name(workload)}: {sorted(volumes ^ mounted)}"


def volume_sources_exist(m):
    for workload in m.workloads():
        for volume in pod(workload)["spec"].get("volumes", []):
            where = f"{name(workload)}: {volume['name']}"
            if "configMap" in volume:
                if volume["configMap"]["name"] not in m.names("ConfigMap"):
                    yield where
            elif "secret" in volume:
                if volume["secret"]["secretName"] not in SECRETS:
                    yield where
                if volume["secret"].get("defaultMode") != 0o400:
                    yield f"{where}: readable by others"
            elif "persistentVolumeClaim" in volume:
                if volume["persistentVolumeClaim"]["claimName"] not in m.names(
                        "PersistentVolumeClaim"):
                    yield where
            elif "sizeLimit" not in volume.get("emptyDir", {}):
                yield f"{where}: no sizeLimit"


def config_maps_roll_the_pods(m):
    for config in m.of("ConfigMap"):
        if not re.search(r"-[a-z0-9]{10}$", config["metadata"]["name"]):
            yield name(config)


def configuration_holds_no_secret(m):
    for config in m.of("ConfigMap"):
        for text in config.get("data", {}).values():
            if re.search(r"password|postgresql://|seed", text):
                yield name(config)


def one_pod_a_sqlite_file(m):
    for workload in filter(is_ours, m.of("Deployment")):
        claims = [v for v in pod(workload)["spec"]["volumes"] if "persistentVolumeClaim" in v]
        spec = workload["spec"]
        if claims and (spec["replicas"] != 1 or spec["strategy"]["type"] != "Recreate"):
            yield name(workload)


def the_schema_is_migrated_before_it_is_needed(m):
    jobs = {pod(job)["spec"]["containers"][0]["command"][0] for job in m.of("Job")
            if "--migrate_only" in pod(job)["spec"]["containers"][0]["args"]}
    for workload in filter(is_ours, m.of("Deployment")):
        spec = pod(workload)["spec"]
        in_pod = any("--migrate_only" in c["args"] for c in spec.get("initContainers", []))
        if not in_pod and spec["containers"][0]["command"][0] not in jobs:
            yield name(workload)


RULES = [value for value in list(globals().values())
         if callable(value) and getattr(value, "__code__", None)
         and value.__code__.co_varnames[:1] == ("m",)]


def render(folder):
    return subprocess.run(
        ["kubectl", "kustomize", str(folder)], check=True, capture_output=True, text=True).stdout


def check_files():
    """What can be said without kubectl: every file parses, and every resource exists."""
    for path in HERE.rglob("*.yaml"):
        for document in yaml.safe_load_all(path.read_text()):
            if not isinstance(document, dict) or "kind" not in document:
                yield f"{path}: not a manifest"
                continue
            if document["kind"] == "Kustomization":
                for resource in document.get("resources", []):
                    if not (path.parent / resource).exists():
                        yield f"{path}: {resource} does not exist"


def main():
    problems = list(check_files())
    rendered = shutil.which("kubectl") is not None
    if not rendered:
        print("NOT CHECKED: kubectl is not installed, so the manifests were only parsed. "
              "Install kubectl 1.32 or later and run deploy/kubernetes/policy_test.py again.")
    else:
        for folder in [HERE / "base", *sorted((HERE / "overlays").iterdir())]:
            manifests = Manifests(render(folder))
            problems += [f"{folder.name}: {rule.__name__}: {found}"
                         for rule in RULES for found in rule(manifests)]
        # The rules bite: a rendering stripped of everything that keeps them breaks most of them.
        stripped = Manifests(render(HERE / "base"))
        for workload in stripped.workloads():
            spec = pod(workload)["spec"]
            for key in ("securityContext", "automountServiceAccountToken", "enableServiceLinks"):
                del spec[key]
            for container in spec["containers"]:
                for key in ("securityContext", "resources", *PROBES):
                    container.pop(key, None)
        broken = {rule.__name__ for rule in RULES if list(rule(stripped))}
        if len(broken) < 8:
            problems.append(f"only {sorted(broken)} refuse an unprotected pod")
        blind = subprocess.run([sys.executable, __file__], env={"PATH": ""}, check=False,
                               capture_output=True)
        if blind.returncode != SKIPPED:
            problems.append("without kubectl this test does not say that it was skipped")

    for problem in problems:
        print(problem)
    if problems:
        return 1
    return 0 if rendered else SKIPPED


if __name__ == "__main__":
    sys.exit(main())
