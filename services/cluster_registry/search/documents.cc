#include "services/cluster_registry/search/documents.h"

#include <algorithm>
#include <set>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "services/cluster_registry/cluster_rules/publication.h"
#include "services/cluster_registry/collaboration/rules/viewer.h"
#include "services/cluster_registry/search/text/fold.h"
#include "services/cluster_registry/search/text/polish_stem.h"
#include "services/cluster_registry/search/text/thesaurus.h"

namespace wici::cluster_registry {
namespace {

constexpr std::size_t kWordsBefore = 8;
constexpr std::size_t kWordsAfter = 20;
constexpr std::size_t kSnippetBytesMax = 300;

// "pl" of "pl-PL"; "" for a language that has no stemmer here.
std::string LanguageOf(const std::string& tag) {
  const std::string language = absl::AsciiStrToLower(tag.substr(0, tag.find('-')));
  return language == "pl" || language == "en" || language == "de" ? language : "";
}

void Add(const std::string& text, const std::string& tag, bool is_name, SearchDocument& document) {
  if (text.empty()) return;
  document.texts.push_back({.text = text, .language = LanguageOf(tag), .is_name = is_name});
}

template <class Map>
void AddMap(const Map& texts, bool is_name, SearchDocument& document) {
  // A map of protobuf has no order of its own.
  std::vector<std::pair<std::string, std::string>> sorted(texts.begin(), texts.end());
  std::sort(sorted.begin(), sorted.end());
  for (const auto& [tag, text] : sorted) Add(text, tag, is_name, document);
}

template <class List>
void AddList(const List& texts, bool is_name, SearchDocument& document) {
  for (const std::string& text : texts) Add(text, "", is_name, document);
}

template <class Codes>
void AddCodes(const Codes& codes, SearchDocument& document) {
  document.codes.insert(document.codes.end(), codes.begin(), codes.end());
}

template <class Map>
std::string Pick(const Map& texts, const std::string& language) {
  for (const std::string& tag : {language, std::string("en")}) {
    if (const auto found = texts.find(tag); found != texts.end()) return found->second;
  }
  std::string first;
  std::string first_tag;
  for (const auto& [tag, text] : texts) {
    if (first_tag.empty() || tag < first_tag) {
      first_tag = tag;
      first = text;
    }
  }
  return first;
}

// What a word has in common with others that a search takes for the same.
void AddKeys(const std::string& word, std::set<std::string>& keys) {
  keys.insert(word);
  keys.insert("Z" + PolishStem(word));
  for (const Branch* branch : BranchesOfWord(word)) {
    keys.insert(absl::StrCat("B", std::string(branch->id)));
  }
}

bool Meets(const std::string& token, const std::set<std::string>& wanted) {
  std::set<std::string> keys;
  for (const std::string& word : FoldWords(token)) AddKeys(word, keys);
  return std::any_of(keys.begin(), keys.end(),
                     [&](const std::string& key) { return wanted.count(key) > 0; });
}

std::string Cut(const std::vector<std::string>& tokens, std::size_t hit) {
  const std::size_t begin = hit < kWordsBefore ? 0 : hit - kWordsBefore;
  const std::size_t end = std::min(tokens.size(), hit + kWordsAfter);
  std::string text = begin == 0 ? "" : "…";
  std::size_t at = begin;
  // A word longer than the bound is left out whole, so that no letter is cut in two.
  for (; at < end && text.size() + tokens[at].size() < kSnippetBytesMax; ++at) {
    absl::StrAppend(&text, at == begin ? "" : " ", tokens[at]);
  }
  return at == tokens.size() ? text : text + "…";
}

// For whom the cluster is, and what its members are.
v1::Visibility FoundBy(const v1::Cluster& cluster) {
  return cluster.has_delete_time() ? v1::VISIBILITY_INTERNAL : ExposureOf(cluster);
}

}  // namespace

SearchDocument DocumentOf(const v1::Cluster& cluster) {
  SearchDocument document;
  document.name = cluster.name();
  document.kind = v1::SearchResult::KIND_CLUSTER;
  Add(cluster.display_name(), "", true, document);
  AddMap(cluster.translated_names(), true, document);
  Add(cluster.acronym(), "", true, document);
  AddList(cluster.aliases(), true, document);
  AddMap(cluster.descriptions(), false, document);
  AddList(cluster.services(), false, document);
  AddList(cluster.support_programmes(), false, document);
  Add(cluster.management_organisation().legal_name(), "", false, document);
  AddCodes(cluster.sectors(), document);
  AddCodes(cluster.ecosystems(), document);
  AddCodes(cluster.technologies(), document);
  document.exposure = FoundBy(cluster);
  return document;
}

SearchDocument DocumentOf(const v1::Member& member, const v1::Cluster& cluster) {
  SearchDocument document;
  document.name = member.name();
  document.kind = v1::SearchResult::KIND_MEMBER;
  document.exposure = FoundBy(cluster);
  if (member.kind() == v1::Member::KIND_INDIVIDUAL) return document;
  Add(member.display_name(), "", true, document);
  AddList(member.competences(), false, document);
  AddCodes(member.sectors(), document);
  return document;
}

SearchDocument DocumentOf(const v1::CollaborationItem& item) {
  SearchDocument document;
  document.name = item.name();
  document.kind = v1::SearchResult::KIND_COLLABORATION_ITEM;
  AddMap(item.titles(), true, document);
  AddMap(item.summaries(), false, document);
  Add(item.partner_sought(), "", false, document);
  AddCodes(item.sectors(), document);
  AddCodes(item.technologies(), document);
  const bool shared =
      item.state() == v1::CollaborationItem::STATE_OPEN && IsShared(item.visibility());
  document.exposure = shared ? item.visibility() : v1::VISIBILITY_INTERNAL;
  document.regions.assign(item.visible_in_regions().begin(), item.visible_in_regions().end());
  document.last_day = item.valid_until();
  return document;
}

std::string TitleOf(const v1::Cluster& cluster, const std::string& language) {
  const auto translated = cluster.translated_names().find(language);
  return translated == cluster.translated_names().end() ? cluster.display_name()
                                                        : translated->second;
}

std::string TitleOf(const v1::CollaborationItem& item, const std::string& language) {
  return Pick(item.titles(), language);
}

std::string SnippetOf(const SearchDocument& document, std::string_view query) {
  std::set<std::string> wanted;
  for (const std::string& word : FoldWords(query)) {
    if (!IsGenericWord(word)) AddKeys(word, wanted);
  }
  for (const SearchText& text : document.texts) {
    if (text.is_name) continue;
    const std::vector<std::string> tokens = absl::StrSplit(text.text, ' ', absl::SkipEmpty());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (Meets(tokens[i], wanted)) return Cut(tokens, i);
    }
  }
  return "";
}

}  // namespace wici::cluster_registry
