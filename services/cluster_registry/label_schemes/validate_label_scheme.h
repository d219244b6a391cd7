// What is wrong with a label scheme a client sends: every violation at once, below the path
// `field`. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_VALIDATE_LABEL_SCHEME_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_VALIDATE_LABEL_SCHEME_H_

#include <string_view>

#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

// Facts that are not known are empty; those that stand there must fit together. Policies of one
// kind do not hold at the same time.
void ValidateLabelScheme(std::string_view field, const v1::LabelScheme& scheme,
                         Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABEL_SCHEMES_VALIDATE_LABEL_SCHEME_H_
