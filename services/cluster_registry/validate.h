// What the checks of requests share (validate_*.cc): countries, intervals, repeated fields with
// their bounds. Every check adds what it finds; safe to call from any thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_VALIDATE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_VALIDATE_H_

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "libs/base/limits.h"
#include "libs/base/violations.h"
#include "services/cluster_registry/identifiers/identifiers.h"
#include "services/cluster_registry/partial_date.h"
#include "wici/cluster_registry/v1/common.pb.h"

namespace wici::cluster_registry {

inline constexpr int kListMax = 100;

inline std::string Path(std::string_view field, std::string_view name) {
  return absl::StrCat(std::string(field), ".", std::string(name));
}
inline std::string Path(std::string_view field, std::string_view name, int index) {
  return absl::StrCat(std::string(field), ".", std::string(name), "[", index, "]");
}

// "PL": two capital letters.
bool IsCountry(std::string_view text);
bool RequireCountry(std::string_view field, std::string_view text, Violations& violations);
// `from` and `until` are dates or empty, and in this order.
void CheckInterval(std::string_view from_field, std::string_view from, std::string_view until_field,
                   std::string_view until, Violations& violations);

// Whether a repeated field is within its bound.
template <class List>
bool CheckCount(std::string_view field, std::string_view name, const List& list,
                Violations& violations, int count_max = kListMax) {
  if (static_cast<int>(list.size()) <= count_max) return true;
  violations.Add(Path(field, name), absl::StrCat("more than ", count_max));
  return false;
}

// Calls check(path, element) for each element of a repeated field within its bound.
template <class List, class Check>
void CheckEach(std::string_view field, std::string_view name, const List& list,
               Violations& violations, const Check& check, int count_max = kListMax) {
  if (!CheckCount(field, name, list, violations, count_max)) return;
  int index = 0;
  for (const auto& element : list) check(Path(field, name, index++), element);
}

template <class List>
void CheckTexts(std::string_view field, std::string_view name, const List& list,
                Violations& violations) {
  CheckEach(field, name, list, violations, [&](const std::string& path, const std::string& text) {
    violations.RequireText(path, text, kTitleBytesMax);
  });
}

// Map of language to text.
template <class Map>
void CheckTranslations(std::string_view field, std::string_view name, const Map& map,
                       std::size_t bytes_max, Violations& violations) {
  if (!CheckCount(field, name, map, violations, 50)) return;
  for (const auto& [language, text] : map) {
    const std::string path = absl::StrCat(Path(field, name), "[", language.substr(0, 35), "]");
    if (language.empty()) violations.Add(path, "a language tag is required");
    violations.OptionalLanguage(path, language);
    violations.RequireText(path, text, bytes_max);
  }
}

// A code of a classification we know looks like one, loosely: NACE is a section ("C") or a section
// with division, group or class ("C20", "C20.1", "C20.14"), A to U in Rev. 2 and A to V in
// Rev. 2.1. Codes of other schemes pass.
void CheckCodeOfScheme(std::string_view field, const v1::Code& code, Violations& violations);

template <class List>
void CheckCodes(std::string_view field, std::string_view name, const List& list,
                Violations& violations) {
  CheckEach(field, name, list, violations, [&](const std::string& path, const v1::Code& code) {
    violations.RequireText(Path(path, "scheme"), code.scheme(), 64);
    violations.OptionalText(Path(path, "version"), code.version(), 64);
    if (violations.RequireText(Path(path, "code"), code.code(), 64)) {
      CheckCodeOfScheme(path, code, violations);
    }
  });
}

// Format and check digits, C6.
inline void CheckExternalId(const std::string& path, const v1::ExternalId& id,
                            Violations& violations) {
  const bool scheme = violations.RequireText(Path(path, "scheme"), id.scheme(), 64);
  if (!violations.RequireText(Path(path, "value"), id.value(), 256) || !scheme) return;
  const IdentifierCheck check = CheckIdentifier(id.scheme(), id.value());
  if (!check.fault.empty()) violations.Add(Path(path, "value"), check.fault);
}

template <class List>
void CheckExternalIds(std::string_view field, std::string_view name, const List& list,
                      Violations& violations) {
  CheckEach(field, name, list, violations, [&](const std::string& path, const v1::ExternalId& id) {
    CheckExternalId(path, id, violations);
  });
}

// The path of a field of `resource`: its first part is one, "descriptions" of "descriptions.pl".
// Any text when no resource is given.
void CheckFieldPath(std::string_view field, std::string_view path,
                    const google::protobuf::Descriptor* resource, Violations& violations);

// Provenances of facts of a `resource`.
template <class List>
void CheckProvenances(std::string_view field, std::string_view name, const List& list,
                      Violations& violations,
                      const google::protobuf::Descriptor* resource = nullptr) {
  CheckEach(field, name, list, violations,
            [&](const std::string& path, const v1::Provenance& provenance) {
              violations.RequireText(Path(path, "source"), provenance.source(), kUriBytesMax);
              violations.OptionalDate(Path(path, "retrieved_on"), provenance.retrieved_on());
              CheckEach(path, "field_paths", provenance.field_paths(), violations,
                        [&](const std::string& at, const std::string& supported) {
                          CheckFieldPath(at, supported, resource, violations);
                        });
              violations.OptionalText(Path(path, "asserted_by"), provenance.asserted_by(),
                                      kNameBytesMax);
              if (!v1::Provenance::Confidence_IsValid(provenance.confidence())) {
                violations.Add(Path(path, "confidence"), "not a known value");
              }
            });
}

// 64 hexadecimal digits in lower case.
inline bool IsSha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// An enum that must be set to a known value.
inline void RequireEnum(const std::string& field, int value, bool known, Violations& violations) {
  if (value == 0) {
    violations.Add(field, "required");
  } else if (!known) {
    violations.Add(field, "not a known value");
  }
}

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_VALIDATE_H_
