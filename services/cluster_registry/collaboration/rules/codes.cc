#include "services/cluster_registry/collaboration/rules/codes.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace wici::cluster_registry {
namespace {

bool IsNace(const std::string& code) {
  if (code.empty() || !absl::ascii_isupper(static_cast<unsigned char>(code[0]))) return false;
  for (std::size_t i = 1; i < code.size(); ++i) {
    if (i == 3 ? code[i] != '.' : !absl::ascii_isdigit(static_cast<unsigned char>(code[i]))) {
      return false;
    }
  }
  return code.size() == 1 || code.size() == 3 || code.size() == 5 || code.size() == 6;
}

bool Contains(const v1::Code& outer, const v1::Code& inner) {
  const std::vector<std::string> containers = Containers(inner);
  return std::find(containers.begin(), containers.end(), outer.code()) != containers.end();
}

// "=" is a code of the item itself, "^" one that contains such a code.
template <class Add>
void ForEachCode(const v1::CollaborationItem& item, const Add& add) {
  const auto each = [&](const char* list, const auto& codes) {
    for (const v1::Code& code : codes) {
      add(absl::StrCat(list, "|", code.scheme(), "|", code.version(), "|"), Containers(code));
    }
  };
  each("s", item.sectors());
  each("t", item.technologies());
}

void SortUnique(std::vector<std::string>& terms) {
  std::sort(terms.begin(), terms.end());
  terms.erase(std::unique(terms.begin(), terms.end()), terms.end());
}

}  // namespace

std::vector<std::string> Containers(const v1::Code& code) {
  std::vector<std::string> containers = {code.code()};
  const std::string& text = code.code();
  if (code.scheme() == "NACE") {
    if (!IsNace(text)) return containers;
    for (const std::size_t size : {5, 3, 1}) {
      if (text.size() > size) containers.push_back(text.substr(0, size));
    }
    return containers;
  }
  for (std::size_t dot = text.rfind('.'); dot != std::string::npos && dot > 0;
       dot = text.rfind('.', dot - 1)) {
    containers.push_back(text.substr(0, dot));
  }
  return containers;
}

const v1::Code* WiderOf(const v1::Code& a, const v1::Code& b) {
  if (a.scheme() != b.scheme() || a.version() != b.version()) return nullptr;
  if (Contains(a, b)) return &a;
  if (Contains(b, a)) return &b;
  return nullptr;
}

std::vector<std::string> MarketTerms(const v1::CollaborationItem& item) {
  std::vector<std::string> terms;
  ForEachCode(item, [&](const std::string& base, const std::vector<std::string>& containers) {
    for (const std::string& container : containers) {
      terms.push_back(absl::StrCat(&container == &containers[0] ? "=" : "^", base, container));
    }
  });
  SortUnique(terms);
  return terms;
}

std::vector<std::string> MarketKeys(const v1::CollaborationItem& item) {
  std::vector<std::string> keys;
  ForEachCode(item, [&](const std::string& base, const std::vector<std::string>& containers) {
    keys.push_back(absl::StrCat("^", base, containers[0]));
    for (const std::string& container : containers) {
      keys.push_back(absl::StrCat("=", base, container));
    }
  });
  SortUnique(keys);
  return keys;
}

}  // namespace wici::cluster_registry
