// What the tests of the registry share: the scheme of ESCA, regions of Poland, short makers.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_TESTING_RECORDS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_TESTING_RECORDS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/civil_time.h"
#include "google/protobuf/text_format.h"
#include "libs/base/clock.h"
#include "libs/base/log.h"
#include "wici/cluster_registry/v1/label.pb.h"
#include "wici/cluster_registry/v1/label_scheme.pb.h"
#include "wici/cluster_registry/v1/region.pb.h"

namespace wici::cluster_registry::testing {

template <class T>
T Parse(const std::string& text) {
  T message;
  WICI_CHECK(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

inline absl::CivilDay Day(std::string_view text) { return *ParseDate(text); }

// Bronze, Silver (which needs Bronze) and Gold: 2 years, renewed for 3; by the day until
// 2019-11-14, to the end of the month since.
inline v1::LabelScheme Esca() {
  v1::LabelScheme scheme = Parse<v1::LabelScheme>(R"pb(
    name: "labelSchemes/esca"
    display_name: "Cluster Management Excellence Label"
    owner: "ESCA"
    kinds { code: "BRONZE" rank: 1 title: "Striving for Cluster Excellence" }
    kinds { code: "SILVER" rank: 2 title: "Dedicated to Cluster Excellence" }
    kinds { code: "GOLD" rank: 3 title: "Proven for Cluster Excellence" })pb");
  for (const std::string kind : {"BRONZE", "SILVER", "GOLD"}) {
    for (const bool early : {true, false}) {
      v1::LabelPolicy& policy = *scheme.add_policies();
      policy.set_kind(kind);
      policy.set_first_term_months(24);
      policy.set_renewal_term_months(36);
      policy.set_renewal_window_months(12);
      if (kind == "SILVER") {
        policy.add_prerequisite_kinds("BRONZE");
        policy.set_prerequisite_months_min(18);
        policy.set_prerequisite_months_max(24);
      }
      if (early) {
        policy.set_anchor(v1::LabelPolicy::ANCHOR_DAY);
        policy.set_effective_until("2019-11-14");
      } else {
        policy.set_anchor(v1::LabelPolicy::ANCHOR_END_OF_MONTH);
        policy.set_effective_from("2019-11-15");
      }
    }
  }
  return scheme;
}

// An award of Bronze with what `fields` says in text format.
inline v1::Label Bronze(const std::string& fields, const std::string& id = "l1") {
  v1::Label label = Parse<v1::Label>(fields);
  label.set_name("clusters/c1/labels/" + id);
  label.set_scheme("labelSchemes/esca");
  if (label.kind().empty()) label.set_kind("BRONZE");
  return label;
}

inline v1::Region MakeRegion(const std::string& id, const std::string& country,
                             const std::vector<std::pair<std::string, std::string>>& codes,
                             const std::string& more = "") {
  v1::Region region = Parse<v1::Region>(more);
  region.set_name("regions/" + id);
  region.set_display_name(id);
  region.set_country(country);
  for (const auto& [version, code] : codes) {
    v1::RegionCode& added = *region.add_codes();
    added.set_scheme("NUTS");
    added.set_version(version);
    added.set_code(code);
    added.set_level(static_cast<int>(code.size()) - 2);
  }
  return region;
}

}  // namespace wici::cluster_registry::testing

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_TESTING_RECORDS_H_
