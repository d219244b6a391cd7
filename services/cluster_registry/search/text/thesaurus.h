// Branches of industry: their words in Polish, English and German, and their codes.
//
// A branch makes "chemia", "Chemie" and "chemical" find each other, and what is tagged with NACE
// C20. The table (branches.cc) is data: the names follow the titles of NACE Rev. 2, of the EU's
// industrial ecosystems and of the emerging industries of EOCIC. Pure; safe to call from any
// thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_TEXT_THESAURUS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_TEXT_THESAURUS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "wici/cluster_registry/v1/common.pb.h"

namespace wici::cluster_registry {

struct Branch {
  std::string_view id;
  // "scheme:code" by spaces; a code of NACE stands for those inside it too.
  std::string_view codes;
  std::string_view polish;
  std::string_view english;
  std::string_view german;
  // Folded words by spaces; one with * stands for all that begin so.
  std::string_view words;
};

std::span<const Branch> Branches();

// The branches that a folded word belongs to.
std::vector<const Branch*> BranchesOfWord(std::string_view folded_word);
// The branches that a code belongs to, of any version of its classification.
std::vector<const Branch*> BranchesOfCode(const v1::Code& code);

// Whether a folded word says too little to leave something out for the lack of it: "cluster",
// "and", "w".
bool IsGenericWord(std::string_view folded_word);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_TEXT_THESAURUS_H_
