#!/usr/bin/python3
"""The contract keeps the rules of api_rules.py, and each rule refuses the broken contract; the
service configs beside the protos are JSON and name methods that there are."""

import json
import sys

import api_rules


def service_config_problems(contract):
    methods = {(f"{file.package}.{service.name}", method.name)
               for file, service, method in contract.methods}
    services = {service for service, _ in methods}
    for path in sorted((api_rules.ROOT / "proto").rglob("*_grpc_service_config.json")):
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            yield f"{path.name}: {error}"
            continue
        for name in (name for part in config["methodConfig"] for name in part["name"]):
            service, method = name.get("service"), name.get("method")
            if service is None:  # {}: all that nothing else names
                continue
            if service not in services or (method and (service, method) not in methods):
                yield f"{path.name}: there is no {service}/{method or ''}"


def main():
    contract = api_rules.load(api_rules.ROOT / "proto")
    problems = api_rules.check(contract)

    problems += service_config_problems(contract)

    broken = api_rules.load(
        api_rules.ROOT / "tests/contract/broken", [api_rules.ROOT / "proto"])
    for rule in api_rules.RULES:
        if not list(rule(broken)):
            problems.append(f"{rule.__name__} lets tests/contract/broken pass")

    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
