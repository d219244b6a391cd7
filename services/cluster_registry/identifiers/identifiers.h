// Identifiers that registers give to organisations: their spelling, format and check digits.
//
//   const IdentifierCheck check = CheckIdentifier("nip", "PL 526-000-12-46");
//   // check.scheme "NIP", check.value "5260001246", check.fault ""
//
// Identifiers are stored and compared in the spelling CheckIdentifier gives, so that the same
// organisation is recognised whatever its identifier was copied from.
//
// | scheme   | form                                              | check                       |
// |----------|---------------------------------------------------|-----------------------------|
// | NIP      | 10 digits, "PL" before them is left out           | weights 6,5,7,2,3,4,5,6,7   |
// | REGON    | 9 or 14 digits                                    | modulo 11, 10 counts as 0   |
// | LEI      | 18 letters or digits, 2 digits                    | ISO 7064 modulo 97-10       |
// | VAT      | prefix of the country, its own form; EL for       | of the NIP after PL         |
// |          | Greece, XI for Northern Ireland                   |                             |
// | KRS      | 10 digits                                         | none                        |
// | EUID     | country, register, ".", number                    | none                        |
// | ROR      | 0, six of Crockford's digits, two digits          | none                        |
// | PIC      | 9 digits                                          | none                        |
// | WIKIDATA | Q and a number                                    | none                        |
//
// Anything else passes as it is, without the white space around it. Pure; safe to call from any
// thread, with any bytes.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IDENTIFIERS_IDENTIFIERS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IDENTIFIERS_IDENTIFIERS_H_

#include <string>
#include <string_view>

#include "google/protobuf/repeated_ptr_field.h"
#include "wici/cluster_registry/v1/common.pb.h"

namespace wici::cluster_registry {

struct IdentifierCheck {
  std::string scheme;      // in capitals
  std::string value;       // as it is stored and compared
  std::string_view fault;  // what is wrong with it, or ""
};

// Invariant C6: "check digit enforced for NIP/REGON/LEI, format only for KRS". What was accepted is
// accepted again in the spelling it was given, and that does not change any more.
IdentifierCheck CheckIdentifier(std::string_view scheme, std::string_view value);

// Writes each identifier as it is stored, and keeps the first of equal ones. Faulty ones are left
// as they are.
void NormalizeIdentifiers(google::protobuf::RepeatedPtrField<v1::ExternalId>& identifiers);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IDENTIFIERS_IDENTIFIERS_H_
