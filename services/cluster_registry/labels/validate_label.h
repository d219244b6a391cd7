// What is wrong with a label a client sends: every violation at once, below the path `field`. Pure;
// safe to call from any thread. References to other resources are checked where these are read.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_LABELS_VALIDATE_LABEL_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_LABELS_VALIDATE_LABEL_H_

#include <string_view>

#include "google/protobuf/repeated_field.h"
#include "libs/base/violations.h"
#include "wici/cluster_registry/v1/label.pb.h"

namespace wici::cluster_registry {

// L2 included: valid_from is not after valid_until; and L12: a verification by others needs
// evidence.
void ValidateLabel(std::string_view field, const v1::Label& label, Violations& violations);
// The field `evidences` below `field`: each is a file or a place.
void ValidateEvidences(std::string_view field,
                       const google::protobuf::RepeatedPtrField<v1::Evidence>& evidences,
                       Violations& violations);
// The event of RecordLabelEvent.
void ValidateLabelEvent(std::string_view field, const v1::LabelEvent& event,
                        Violations& violations);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_LABELS_VALIDATE_LABEL_H_
