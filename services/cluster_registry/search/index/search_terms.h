// The terms of the index, as text: what is put into it for a document, what is asked for a word.
// Pure but for its stemmers of English and German, which the index gives; safe to call from any
// thread.
//
//   chemie              a word as it was folded        (lower case: no other term begins so)
//   ZPchem ZEchemi ZDchemi   its stems in Polish, English, German
//   XBchemistry         a branch that it, or a code of the document, belongs to
//   N...                each of these again when the word stands in a name
//   Q K O               name, kind, owning cluster
//   S R P               shared everywhere, shared with a region; of these, for everybody
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_INDEX_SEARCH_TERMS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_INDEX_SEARCH_TERMS_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "services/cluster_registry/search/index/search_index.h"

namespace wici::cluster_registry {

struct Stemmers {
  std::function<std::string(const std::string&)> english;
  std::function<std::string(const std::string&)> german;
};

// The terms of one folded word: itself, its stems in `language` (in all three when ""), its
// branches. The word itself comes first.
std::vector<std::string> TermsOfWord(const std::string& word, std::string_view language,
                                     const Stemmers& stemmers);

struct DocumentTerms {
  std::map<std::string, int> counts;  // terms of its text, with how often
  std::vector<std::string> filters;   // terms that say what and whose it is
  std::vector<std::string> words;     // to correct the spelling of queries by, each once
};
DocumentTerms TermsOf(const SearchDocument& document, const Stemmers& stemmers);

std::string NameTerm(std::string_view resource);
std::string KindTerm(SearchKind kind);
std::string RegionTerm(std::string_view region);
std::string OwnerTerm(std::string_view cluster);
inline constexpr std::string_view kSharedTerm = "S";
inline constexpr std::string_view kPublicTerm = "P";
inline constexpr std::string_view kInNames = "N";

// Whether two folded words are forms of one word in one of the languages.
bool SameStem(const std::string& a, const std::string& b, const Stemmers& stemmers);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_INDEX_SEARCH_TERMS_H_
