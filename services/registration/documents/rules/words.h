// What documents say, in Polish, English and German, and how they write times. Pure; any thread.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_RULES_WORDS_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_RULES_WORDS_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "google/protobuf/map.h"
#include "wici/registration/v1/event.pb.h"

namespace wici::registration {

// The fixed words of documents in one language.
struct Words {
  std::string_view ticket;            // "Ticket"
  std::string_view show_at_the_door;  // under the code
  std::string_view certificate;       // "Certificate of attendance"
  std::string_view this_certifies;    // before the name
  std::string_view took_part_in;      // between name and title
  std::string_view organised_by;      // before the organisers
  std::string_view online;            // the place of an event without one
  std::string_view signature;         // under the line
  std::string_view erased_person;     // for who has no name any more
};

// The language of a document for somebody who prefers `preferred` (BCP-47, or ""): "pl", "en" or
// "de". That of the person if we write it, else the first language of the event that we write, else
// English.
std::string_view LanguageFor(std::string_view preferred, const v1::Event& event);

const Words& WordsIn(std::string_view language);

// What `texts` says in `language`, or in the first language of the event, or in any.
std::string TextIn(const google::protobuf::Map<std::string, std::string>& texts,
                   std::string_view language, const v1::Event& event);

// When `event` takes place, in its zone: "18 December 2015, 13:00-17:00 (Europe/Warsaw)", or with
// two days, "18 December 2015 13:00 - 20 December 2015 16:00 (Europe/Warsaw)". Dashes are en
// dashes.
std::string TimesOf(const v1::Event& event, std::string_view language);

// On which days `event` takes place, in its zone: "18 December 2015", "18 grudnia 2015",
// "18. Dezember 2015", or the first and the last with an en dash.
std::string DaysOf(const v1::Event& event, std::string_view language);

// Where: the name and address of the venue, or that it is online.
std::string PlaceOf(const v1::Event& event, std::string_view language);

// Its organisers, as a list.
std::string OrganisersOf(const v1::Event& event);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_RULES_WORDS_H_
