#include "services/cluster_registry/validate.h"

#include <cstddef>

namespace wici::cluster_registry {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// [A-`last_section`](dd(.d(d)?)?)?
bool LooksLikeNace(std::string_view code, char last_section) {
  if (code.empty() || code[0] < 'A' || code[0] > last_section) return false;
  for (std::size_t i = 1; i < code.size(); ++i) {
    if (i == 3 ? code[i] != '.' : !IsDigit(code[i])) return false;
  }
  return code.size() == 1 || code.size() == 3 || code.size() == 5 || code.size() == 6;
}

}  // namespace

bool IsCountry(std::string_view text) {
  return text.size() == 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z';
}

bool RequireCountry(std::string_view field, std::string_view text, Violations& violations) {
  const bool nuts_writes = text == "EL" || text == "UK";
  if (IsCountry(text) && !nuts_writes) return true;
  violations.Add(field, nuts_writes ? "a code of NUTS: ISO 3166-1 writes GR and GB"
                                    : "must be a country of ISO 3166-1, two capital letters");
  return false;
}

void CheckInterval(std::string_view from_field, std::string_view from, std::string_view until_field,
                   std::string_view until, Violations& violations) {
  const bool fine = violations.OptionalDate(from_field, from);
  if (!violations.OptionalDate(until_field, until) || !fine) return;
  if (!from.empty() && !until.empty() && until < from) {
    violations.Add(until_field, absl::StrCat("lies before ", std::string(from_field)));
  }
}

void CheckCodeOfScheme(std::string_view field, const v1::Code& code, Violations& violations) {
  if (code.scheme() != "NACE") return;
  const char last_section = code.version() == "Rev. 2" ? 'U' : 'V';
  if (!LooksLikeNace(code.code(), last_section)) {
    violations.Add(Path(field, "code"),
                   absl::StrCat("not a code of NACE: a section A to ", std::string(1, last_section),
                                ", perhaps with division, group or class, like C20.14"));
  }
}

void CheckFieldPath(std::string_view field, std::string_view path,
                    const google::protobuf::Descriptor* resource, Violations& violations) {
  if (!violations.RequireText(field, path, kNameBytesMax)) return;
  if (resource == nullptr) return;
  const std::string first(path.substr(0, path.find_first_of(".[")));
  if (resource->FindFieldByName(first) == nullptr) {
    violations.Add(field, absl::StrCat("no field of ", resource->name()));
  }
}

}  // namespace wici::cluster_registry
