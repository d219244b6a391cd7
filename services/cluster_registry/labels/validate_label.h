// What is wrong with a label or a label scheme a client sends: every violation at once, below the
// path `field`. Pure; safe to call from any thread. References to other resources are checked where
// these are read.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_VALIDATE_LABEL_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_VALIDATE_LABEL_H_

#include <string_view>

#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"

namespace wici::cluster_registry {

void ValidateLabelScheme(std::string_view field, const v1::LabelScheme& scheme,
                         Violations& violations);
// L2 included: valid_from is not after valid_until.
void ValidateLabel(std::string_view field, const v1::Label& label, Violations& violations);
// The event of RecordLabelEvent.
void ValidateLabelEvent(std::string_view field, const v1::LabelEvent& event,
                        Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_VALIDATE_LABEL_H_
