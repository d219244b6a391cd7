// The log of reads of contact details: "every read of contact details is logged with purpose"
// (reference: rule P8 on personal data).
//
// It says who read how many details, by which call and what for, and nothing of the people they
// belong to: no names, addresses or ids, which would make the log personal data of its own.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_READ_LOG_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_READ_LOG_H_

#include <cstddef>
#include <string_view>

#include "libs/base/violations.h"
#include "libs/rpc/context.h"

namespace wici::cluster_registry {

// A purpose is a code, [a-z][a-z0-9_]{0,62}, or empty: free text could name a person.
void CheckPurpose(std::string_view field, std::string_view purpose, Violations& violations);

// One line "contact_details_read" with caller, method, call_id, purpose ("unspecified" when empty)
// and count. Call it once the details were read, before they are answered. Thread-safe.
void LogContactRead(const rpc::Context& context, std::string_view purpose, std::size_t count);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_CONTACTS_READ_LOG_H_
