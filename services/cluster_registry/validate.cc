#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {

bool IsCountry(std::string_view text) {
  return text.size() == 2 && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' && text[1] <= 'Z';
}

bool RequireCountry(std::string_view field, std::string_view text, Violations& violations) {
  if (IsCountry(text)) return true;
  violations.Add(field, "must be a country of ISO 3166-1, two capital letters");
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

}  // namespace wici::cluster_registry
