#include "services/cluster_registry/search/index/search_terms.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/search/text/fold.h"
#include "services/cluster_registry/search/text/polish_stem.h"
#include "services/cluster_registry/search/text/thesaurus.h"

namespace wici::cluster_registry {
namespace {

// The cluster of "clusters/c/members/m" and of "clusters/c".
std::string_view OwnerOf(std::string_view name) {
  return name.substr(0, name.find('/', name.find('/') + 1));
}

std::string BranchTerm(const Branch& branch) { return absl::StrCat("XB", std::string(branch.id)); }

void AddText(const SearchText& text, const Stemmers& stemmers, DocumentTerms& terms,
             std::set<std::string>& words) {
  for (const std::vector<std::string>& variants : FoldVariants(text.text)) {
    words.insert(variants[0]);
    std::set<std::string> once;  // what both ways of writing have in common counts once
    for (const std::string& word : variants) {
      for (const std::string& term : TermsOfWord(word, text.language, stemmers)) {
        once.insert(term);
      }
    }
    for (const std::string& term : once) {
      ++terms.counts[term];
      if (text.is_name) ++terms.counts[absl::StrCat("N", term)];
    }
  }
}

}  // namespace

std::vector<std::string> TermsOfWord(const std::string& word, std::string_view language,
                                     const Stemmers& stemmers) {
  std::vector<std::string> terms = {word};
  const auto is = [&](std::string_view one) { return language.empty() || language == one; };
  if (is("pl")) terms.push_back("ZP" + PolishStem(word));
  if (is("en")) terms.push_back("ZE" + stemmers.english(word));
  if (is("de")) terms.push_back("ZD" + stemmers.german(word));
  for (const Branch* branch : BranchesOfWord(word)) terms.push_back(BranchTerm(*branch));
  return terms;
}

DocumentTerms TermsOf(const SearchDocument& document, const Stemmers& stemmers) {
  DocumentTerms terms;
  std::set<std::string> words;
  for (const SearchText& text : document.texts) AddText(text, stemmers, terms, words);
  std::set<const Branch*> branches;
  for (const v1::Code& code : document.codes) {
    for (const Branch* branch : BranchesOfCode(code)) branches.insert(branch);
  }
  for (const Branch* branch : branches) {
    ++terms.counts[BranchTerm(*branch)];
    AddText({.text = std::string(branch->polish), .language = "pl"}, stemmers, terms, words);
    AddText({.text = std::string(branch->english), .language = "en"}, stemmers, terms, words);
    AddText({.text = std::string(branch->german), .language = "de"}, stemmers, terms, words);
  }
  terms.words.assign(words.begin(), words.end());
  terms.filters = {NameTerm(document.name), KindTerm(document.kind),
                   OwnerTerm(OwnerOf(document.name))};
  if (document.exposure == v1::VISIBILITY_INTERNAL) return terms;
  if (document.regions.empty()) terms.filters.emplace_back(kSharedTerm);
  for (const std::string& region : document.regions) terms.filters.push_back(RegionTerm(region));
  if (document.exposure == v1::VISIBILITY_PUBLIC) terms.filters.emplace_back(kPublicTerm);
  return terms;
}

std::string NameTerm(std::string_view resource) { return "Q" + std::string(resource); }
std::string KindTerm(SearchKind kind) { return absl::StrCat("K", static_cast<int>(kind)); }
std::string RegionTerm(std::string_view region) { return "R" + std::string(region); }
std::string OwnerTerm(std::string_view cluster) { return "O" + std::string(cluster); }

bool SameStem(const std::string& a, const std::string& b, const Stemmers& stemmers) {
  return PolishStem(a) == PolishStem(b) || stemmers.english(a) == stemmers.english(b) ||
         stemmers.german(a) == stemmers.german(b);
}

}  // namespace wici::cluster_registry
