// The stem of a Polish word, by its endings. Neither Xapian nor another library of Debian has a
// Polish stemmer that needs no dictionary. Works on folded words, so that "lodzi" without its
// accents has the stem of "Łódź". Pure; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_TEXT_POLISH_STEM_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_TEXT_POLISH_STEM_H_

#include <string>
#include <string_view>

namespace wici::cluster_registry {

// "chem" of "chemia", "chemii", "chemiczny", "chemicznych"; "kosmet" of "kosmetyka", "kosmetyce",
// "kosmetyczny". A word of three letters or with other letters than a to z stays as it is.
std::string PolishStem(std::string_view folded_word);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_TEXT_POLISH_STEM_H_
