// Codes of classifications: which contains which, inside one version. Pure; safe to call from any
// thread.
//
// NACE is a tree of sections (C), divisions (C20), groups (C20.1) and classes (C20.14). In other
// classifications a code contains those that continue it after a dot.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_CODES_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_CODES_H_

#include <string>
#include <vector>

#include "wici/cluster_registry/v1/collaboration.pb.h"
#include "wici/cluster_registry/v1/common.pb.h"

namespace wici::cluster_registry {

// The code with all that contain it, from itself outwards: C20.14, C20.1, C20, C.
std::vector<std::string> Containers(const v1::Code& code);

// The wider of two codes of one classification and version when one contains the other or they are
// the same; nullptr otherwise.
const v1::Code* WiderOf(const v1::Code& a, const v1::Code& b);

// The terms under which an open item stands in the market, and those under which whatever shares a
// code with it stands there. Two items share a code exactly when the terms of one meet the keys of
// the other.
std::vector<std::string> MarketTerms(const v1::CollaborationItem& item);
std::vector<std::string> MarketKeys(const v1::CollaborationItem& item);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_COLLABORATION_RULES_CODES_H_
