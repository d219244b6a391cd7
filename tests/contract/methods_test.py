#!/usr/bin/python3
"""Prints the methods of the contract that have no handler yet, and lets their list only shrink.

What a server answers UNIMPLEMENTED to stands in services/<service>/unimplemented_methods.txt, which
a test of each service compares with the server. Here that list is held against MAY_BE_MISSING: a
method that is not in it needs its handler in the change that adds it. Whoever fills one takes it out
of both; nothing is ever added.
"""

import sys

import api_rules

SERVICES = ("cluster_registry", "notification", "registration")
MAY_BE_MISSING = frozenset(
    f"wici.cluster_registry.v1.{method}" for method in (
        "AccessService/CreateApiKey",
        "AccessService/CreateApp",
        "AccessService/CreateRoleBinding",
        "AccessService/DeleteRoleBinding",
        "AccessService/DisableApp",
        "AccessService/GetApp",
        "AccessService/ListApiKeys",
        "AccessService/ListApps",
        "AccessService/ListRoleBindings",
        "AccessService/RevokeApiKey",
        "FederationService/CreatePeer",
        "FederationService/DeletePeer",
        "FederationService/GetPeer",
        "FederationService/GetPeerStatus",
        "FederationService/ListPeers",
        "FederationService/PullPeer",
        "FederationService/UpdatePeer",
    ))


def listed(root):
    """The methods of all lists below `root`, in their order."""
    return [method for service in SERVICES
            for method in (root / "services" / service / "unimplemented_methods.txt")
            .read_text(encoding="utf-8").splitlines()]


def problems(missing, may_be_missing, contract):
    """What is wrong with the methods that are missing, where the contract has these methods."""
    for method in missing:
        if method not in contract:
            yield f"{method} is not in the contract: take it out of the list"
        elif method not in may_be_missing:
            yield f"{method} has no handler: the list of missing methods only shrinks"
    for method in sorted(may_be_missing - set(missing)):
        yield f"{method} is there now: take it out of MAY_BE_MISSING"


def main():
    contract = {f"{file.package}.{service.name}/{method.name}"
                for file, service, method in api_rules.load(api_rules.ROOT / "proto").methods}
    missing = listed(api_rules.ROOT)
    print(f"{len(missing)} of {len(contract)} methods answer UNIMPLEMENTED:")
    for method in missing:
        print(f"  {method}")
    found = list(problems(missing, MAY_BE_MISSING, contract))

    # The controls, on a contract of two methods of which A may be missing: whatever makes the list
    # longer is refused.
    assert not list(problems(["A"], {"A"}, {"A", "B"}))
    for control, arguments in {
            "a method that lost its handler": (["A", "B"], {"A"}, {"A", "B"}),
            "a method that nobody knows": (["A", "C"], {"A"}, {"A", "B"}),
            "a place kept for a method that is there": (["A"], {"A", "B"}, {"A", "B"}),
    }.items():
        if len(list(problems(*arguments))) != 1:
            found.append(f"the control is not refused: {control}")

    for problem in found:
        print(problem)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
