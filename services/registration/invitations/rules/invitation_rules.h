// One invitation per (event, person), whatever the number of reasons. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_INVITATION_RULES_H_
#define WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_INVITATION_RULES_H_

#include <optional>
#include <string>
#include <vector>

#include "wici/registration/v1/invitation.pb.h"
#include "wici/registration/v1/person.pb.h"

namespace wici::registration {

// Somebody to be invited.
struct WantedPerson {
  v1::Invitation invitation;  // person, clusters, reasons, and the terms
  std::string person_key;     // BlindIndex of event and e-mail address, or ""
  // Everything by which the person is recognised: all their contacts, and person_key.
  std::vector<std::string> known_as;
  // Of somebody the registry does not know, whose invitation.person is a new id.
  std::optional<v1::PersonDetails> details = {};
};

// Adds the clusters and reasons of `more` that `invitation` does not have yet; whether there were
// any.
bool MergeReasons(const v1::Invitation& more, v1::Invitation& invitation);

// The same people, each once, in the order they came first: who shares a contact or an address is
// one person, also through others. Who is a contact of the registry, too, is that contact.
std::vector<WantedPerson> MergePeople(const std::vector<WantedPerson>& wanted);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_INVITATIONS_RULES_INVITATION_RULES_H_
