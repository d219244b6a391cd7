// The people of an event, page by page, with what of them stands on paper.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_PARTICIPANTS_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_PARTICIPANTS_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "libs/base/clock.h"
#include "libs/rpc/context.h"
#include "services/registration/invitations/registry_client.h"
#include "services/registration/people/person_store.h"
#include "services/registration/registrations/registration_store.h"

namespace wici::registration {

// What stands on paper of one registration. Personal data; names are empty for who was erased.
struct Participant {
  v1::Registration registration;
  std::string display_name;
  std::string organisation;
  std::string email;
  std::string language;  // BCP-47, or ""
};

// A part of a long answer may take this long to read, whatever the deadline of the whole.
inline constexpr absl::Duration kPageTime = absl::Seconds(30);

// Thread-safe; methods block. People who registered with an address of their own are in the
// database; contacts of clusters are asked of the registry, a page at a time.
class Participants {
 public:
  // `machine` is the clock of deadlines. All outlive the object.
  Participants(RegistrationStore& registrations, PersonStore& persons, RegistryClient& registry,
               const Clock& machine)
      : registrations_(registrations), persons_(persons), registry_(registry), machine_(machine) {}

  // Whether a registration is wanted: OK, or why not.
  using Check = std::function<absl::Status(const v1::Registration&)>;
  // Takes a page of at most 500; its error ends the reading.
  using Take = std::function<absl::Status(std::vector<Participant>)>;

  // Everybody of `event` for whom `check` is OK, ordered by the names of their registrations.
  // EVENT_NOT_FOUND.
  absl::Status ReadAll(const rpc::Context& context, std::string_view event, const Check& check,
                       const Take& take);
  // Those of `names` (at most kBatchSizeMax), in their order. REGISTRATION_NOT_FOUND, and what
  // `check` says of any of them.
  absl::Status ReadNamed(const rpc::Context& context,
                         const google::protobuf::RepeatedPtrField<std::string>& names,
                         const Check& check, const Take& take);
  // Adds the names of `people`, a page of them, read for `purpose` as the registry logs it.
  // REGISTRY_UNAVAILABLE.
  absl::Status AddNames(const rpc::Context& context, std::string_view purpose,
                        std::vector<Participant>& people);

 private:
  // The context of one page.
  rpc::Context ForPage(const rpc::Context& context) const;
  absl::Status AddOwn(const rpc::Context& context, std::vector<Participant>& people);
  absl::Status AddContacts(const rpc::Context& context, std::string_view purpose,
                           std::vector<Participant>& people);
  absl::Status AddClusters(const rpc::Context& context, std::vector<Participant>& people);

  RegistrationStore& registrations_;
  PersonStore& persons_;
  RegistryClient& registry_;
  const Clock& machine_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_PARTICIPANTS_H_
