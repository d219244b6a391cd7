// For whom somebody comes. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_PARTY_H_
#define WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_PARTY_H_

#include <string>
#include <string_view>

#include "wici/registration/v1/invitation.pb.h"
#include "wici/registration/v1/registration.pb.h"
#include "wici/registration/v1/voucher.pb.h"

namespace wici::registration {

// "clusters/{cluster}" of a name that is or begins so, else "".
std::string ClusterIn(std::string_view name);

// The cluster for which the person comes, "clusters/{cluster}": that of the party, else that of the
// contact, or of the contact who had the registration first; "" for somebody who comes for none.
std::string ClusterOf(const v1::Registration& registration);

// What `registration` says to the party that it names: of people whom the party has not registered
// itself nothing in anybody's words.
v1::Registration SeenByParty(v1::Registration registration);

// Whether the party that `registration` names may take its places back or give them to somebody
// else: those that people have as its own. Who was invited was so by the organiser.
bool HasPlacesOfParty(const v1::Registration& registration);

// Whether nobody has to confirm that somebody comes for the party they name: they name none, were
// registered by it or by the organiser, have a voucher of it, or were invited as a contact of it or
// with an invitation that names it. `registration` is new; `invitation` and `voucher` are those it
// comes with, nullptr for none.
bool IsPartyProven(const v1::Registration& registration, const v1::Invitation* invitation,
                   const v1::Voucher* voucher);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_REGISTRATIONS_RULES_PARTY_H_
