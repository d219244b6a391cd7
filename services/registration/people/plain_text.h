// Text without what people write differently: case, accents, the signs of one alphabet or another.
#ifndef WICI_SERVICES_REGISTRATION_PEOPLE_PLAIN_TEXT_H_
#define WICI_SERVICES_REGISTRATION_PEOPLE_PLAIN_TEXT_H_

#include <string>

namespace wici::registration {

// What PlainText is by definition, as an id of ICU's transliterators. Blind indexes of it are
// stored: another transform would no longer find them.
inline constexpr char kPlainTransform[] = "NFKD; [:Nonspacing Mark:] Remove; Latin-ASCII; Lower";

// `text`, UTF-8, by kPlainTransform. Thread-safe. Fast for what is written in Latin letters without
// combining marks; anything else costs several microseconds.
std::string PlainText(const std::string& text);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_PEOPLE_PLAIN_TEXT_H_
