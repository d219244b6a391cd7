#include "services/cluster_registry/search/text/thesaurus.h"

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/search/text/fold.h"

namespace wici::cluster_registry {
namespace {

constexpr std::string_view kGenericWords =
    "cluster* klaster klastr* network netzwerk siec sieci association verband stowarzyszenie "
    "initiative initiativ* inicjatyw* a an and at by for from in of on the to with "
    "i oraz lub na o od po pod przez u w we z za ze do dla "
    "am an auf aus bei das der des dem den die ein eine fur im in mit oder und von zu zum zur";

// Whether one of the words by spaces is `word`, or its beginning when it ends in *.
bool HasWord(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    std::string_view one = words.substr(0, end);
    words.remove_prefix(std::min(end + 1, words.size()));
    if (one.ends_with('*')) {
      one.remove_suffix(1);
      if (word.starts_with(one)) return true;
    } else if (word == one) {
      return true;
    }
  }
  return false;
}

}  // namespace

std::vector<const Branch*> BranchesOfWord(std::string_view folded_word) {
  std::vector<const Branch*> found;
  for (const Branch& branch : Branches()) {
    if (HasWord(branch.words, folded_word)) found.push_back(&branch);
  }
  return found;
}

std::vector<const Branch*> BranchesOfCode(const v1::Code& code) {
  std::string key = code.scheme() + ":";
  if (code.scheme() == "NACE") {
    key += code.code();
  } else {
    // "Energy-intensive industries" and "energy-intensive-industries" are the same code.
    for (const std::string& word : FoldWords(code.code())) {
      absl::StrAppend(&key, key.back() == ':' ? "" : "-", word);
    }
  }
  std::vector<const Branch*> found;
  for (const Branch& branch : Branches()) {
    std::string_view codes = branch.codes;
    while (!codes.empty()) {
      const std::size_t end = std::min(codes.find(' '), codes.size());
      const std::string_view one = codes.substr(0, end);
      codes.remove_prefix(std::min(end + 1, codes.size()));
      const bool inside = code.scheme() == "NACE" && key.starts_with(one);
      if (one == key || inside) {
        found.push_back(&branch);
        break;
      }
    }
  }
  return found;
}

bool IsGenericWord(std::string_view folded_word) { return HasWord(kGenericWords, folded_word); }

}  // namespace wici::cluster_registry
