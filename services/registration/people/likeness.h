// Who is likely the same person. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_PEOPLE_LIKENESS_H_
#define WICI_SERVICES_REGISTRATION_PEOPLE_LIKENESS_H_

#include <string>

#include "wici/registration/v1/person.pb.h"

namespace wici::registration {

// Name and organisation without what people write differently: case, accents, signs, spaces and the
// order of the words of a name. "" without organisation: a name alone is too common. Personal data.
std::string Likeness(const v1::PersonDetails& person);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_PEOPLE_LIKENESS_H_
