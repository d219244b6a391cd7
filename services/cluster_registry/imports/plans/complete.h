// What a file knows of a resource and the registry does not. Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_COMPLETE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_COMPLETE_H_

#include <string_view>

#include "absl/types/span.h"
#include "google/protobuf/message.h"

namespace wici::cluster_registry {

// Takes over what `target` does not have of the fields named, and elements of lists that are not
// there; what is there stays. Both are of one type. Returns whether anything changed.
bool CompleteFields(const google::protobuf::Message& facts,
                    absl::Span<const std::string_view> names, google::protobuf::Message& target);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_PLANS_COMPLETE_H_
