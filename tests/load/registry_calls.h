// Calls of wici-load to the cluster registry that registry_data.cc filled, and to etcd as its
// yardstick.
#ifndef WICI_TESTS_LOAD_REGISTRY_CALLS_H_
#define WICI_TESTS_LOAD_REGISTRY_CALLS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "tests/load/method.h"

namespace wici::load {

// "get-cluster", "label-status", "list-clusters", "audience-page", "audience", "etcd-put" or
// "etcd-range" over `clusters` clusters or keys; nullptr for another name. "etcd-put",
// "each-get-cluster" and "each-label-status" number their keys from 0, the others take theirs at
// random with a fixed seed.
std::unique_ptr<Method> MakeRegistryCall(const std::string& name, std::int64_t clusters);

}  // namespace wici::load

#endif  // WICI_TESTS_LOAD_REGISTRY_CALLS_H_
