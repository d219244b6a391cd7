// wici-registry-data: fills an empty registry for benchmarks, the same way for the same numbers.
//
//   wici-registry-data --database=sqlite:///tmp/registry.db --clusters=10000
//
// 10 regions, the first 4 of Poland, the others of Germany; a tenth of the clusters without a
// known seat; two contacts and three labels each. Prints one line of JSON: what was written, and
// how many rows the audiences of registry_calls.cc must have, counted here and not by a rule.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <memory>
#include <set>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "google/protobuf/text_format.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/base/log.h"
#include "libs/base/status_macros.h"
#include "libs/sql/migrate.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/regions/region_store.h"

ABSL_FLAG(std::string, database, "", "the URL of an empty database");
ABSL_FLAG(std::int64_t, clusters, 100, "how many clusters");

namespace wici::cluster_registry {
namespace {

constexpr int kRegions = 10;
constexpr int kPolishRegions = 4;
constexpr std::int64_t kBatch = 1000;  // clusters of one transaction

// The same number for the same `number` and `salt`, always.
std::uint64_t Mix(std::int64_t number, std::uint64_t salt) {
  std::uint64_t x = static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15 + salt;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

template <class T>
T Parse(const std::string& text) {
  T message;
  WICI_CHECK(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

std::string RegionName(int region) { return absl::StrFormat("regions/r%02d", region); }
std::string Country(int region) { return region < kPolishRegions ? "PL" : "DE"; }

class Data {
 public:
  Data(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

  absl::Status Write(std::int64_t clusters) {
    for (int region = 0; region < kRegions; ++region) {
      WICI_RETURN_IF_ERROR(Run([&](Writer& writer) { return AddRegion(writer, region); }));
    }
    WICI_RETURN_IF_ERROR(Run([&](Writer& writer) { return AddScheme(writer); }));
    for (std::int64_t first = 0; first < clusters; first += kBatch) {
      WICI_RETURN_IF_ERROR(Run([&](Writer& writer) -> absl::Status {
        for (std::int64_t i = first; i < std::min(clusters, first + kBatch); ++i) {
          WICI_RETURN_IF_ERROR(AddCluster(writer, i));
        }
        return absl::OkStatus();
      }));
    }
    return absl::OkStatus();
  }

  std::string Report(std::int64_t clusters) const {
    return absl::StrFormat(
        "{\"clusters\": %d, \"contacts\": %d, \"labels\": %d, \"in_country\": %d, "
        "\"managers_of_country\": %d, \"audience\": %d}",
        clusters, 2 * clusters, 3 * clusters, in_country_, managers_of_country_.size(),
        audience_.size());
  }

 private:
  absl::Status Run(const std::function<absl::Status(Writer&)>& body) {
    v1::Cluster ignored;
    return store_.Write({.principal = "users/bench",
                         .request_id = "",
                         .method = "bench",
                         .request = "",
                         .transaction_id = ids_.NewId(),
                         .now = clock_.Now(),
                         .deadline = absl::Now() + absl::Minutes(1)},
                        ignored, body);
  }

  static absl::Status AddRegion(Writer& writer, int number) {
    auto region = Parse<v1::Region>(absl::StrFormat(
        R"(display_name: "Region %d" country: "%s"
           codes { scheme: "NUTS" version: "2013" code: "%s%c%d" level: 2 }
           codes { scheme: "NUTS" version: "2016" code: "%s%c%d" level: 2 })",
        number, Country(number), Country(number), 'A' + number / 10, number % 10, Country(number),
        'M' + number / 10, number % 10));
    region.set_name(RegionName(number));
    return InsertRegion(writer, region);
  }

  static absl::Status AddScheme(Writer& writer) {
    auto scheme = Parse<v1::LabelScheme>(R"(
      display_name: "ESCA"
      kinds { code: "BRONZE" rank: 1 title: "Striving for Cluster Excellence" }
      kinds { code: "SILVER" rank: 2 title: "Dedicated to Cluster Excellence" }
      kinds { code: "GOLD" rank: 3 title: "Proven for Cluster Excellence" })");
    scheme.set_name("labelSchemes/esca");
    return InsertLabelScheme(writer, scheme);
  }

  absl::Status AddCluster(Writer& writer, std::int64_t number) {
    const int region = static_cast<int>(Mix(number, 1) % kRegions);
    const bool seat_known = Mix(number, 2) % 10 != 0;
    auto cluster = Parse<v1::Cluster>(absl::StrFormat(
        R"(display_name: "Klaster Przemysłu %d" state: STATE_PUBLISHED website: "c%d.example.org"
           sectors { scheme: "NACE" version: "Rev. 2" code: "C%d" }
           member_counts { value: %d as_of: "2015-10-08" source: "bench" }
           descriptions { key: "pl" value: "%s" } descriptions { key: "en" value: "%s" })",
        number, number, 10 + number % 20, 15 + number % 200, std::string(250, 'p'),
        std::string(250, 'e')));
    cluster.set_name(absl::StrFormat("clusters/c%06d", number));
    cluster.set_country(Country(region));
    if (seat_known) cluster.set_home_region(RegionName(region));
    WICI_RETURN_IF_ERROR(InsertCluster(writer, cluster));
    // Every fiftieth manager manages the cluster before, too.
    const std::string email =
        absl::StrFormat("m%d@example.org", number % 50 == 49 ? number - 1 : number);
    WICI_RETURN_IF_ERROR(
        AddContact(writer, cluster.name(), "manager", v1::Contact::ROLE_MANAGER, email));
    WICI_RETURN_IF_ERROR(AddContact(writer, cluster.name(), "deputy", v1::Contact::ROLE_DEPUTY,
                                    absl::StrFormat("d%d@example.org", number)));
    const bool bronze = Mix(number, 3) % 2 == 0;
    WICI_RETURN_IF_ERROR(AddLabels(writer, cluster.name(), bronze));
    in_country_ += cluster.country() == "PL" ? 1 : 0;
    if (cluster.country() == "PL") managers_of_country_.insert(email);
    if (region == 0 && seat_known && bronze) audience_.insert(email);
    return absl::OkStatus();
  }

  static absl::Status AddContact(Writer& writer, const std::string& cluster, const std::string& id,
                                 v1::Contact::Role role, const std::string& email) {
    v1::Contact contact;
    contact.set_name(absl::StrCat(cluster, "/contacts/", id));
    contact.set_role(role);
    contact.set_display_name("Anna Łącka");
    contact.set_email(email);
    contact.set_language("pl");
    return InsertContact(writer, contact);
  }

  // Of three kinds of label one is valid on 2015-12-18; whether that is Bronze says `bronze`.
  static absl::Status AddLabels(Writer& writer, const std::string& cluster, bool bronze) {
    for (const std::string kind : {"BRONZE", "SILVER", "GOLD"}) {
      const bool valid = (kind == "BRONZE") == bronze && kind != "GOLD";
      auto label =
          Parse<v1::Label>(valid ? R"(valid_from: "2014-12-12" valid_until: "2016-12-11")"
                                 : R"(valid_from: "2011-12-12" valid_until: "2013-12-11")");
      label.set_name(absl::StrCat(cluster, "/labels/",
                                  kind == "BRONZE" ? "b"
                                  : kind == "GOLD" ? "g"
                                                   : "s"));
      label.set_scheme("labelSchemes/esca");
      label.set_kind(kind);
      WICI_RETURN_IF_ERROR(InsertLabel(writer, label));
    }
    return absl::OkStatus();
  }

  Store& store_;
  const Clock& clock_;
  SystemIdSource ids_;
  std::int64_t in_country_ = 0;
  std::set<std::string> managers_of_country_;
  std::set<std::string> audience_;
};

absl::Status Fill() {
  SystemClock clock;
  WICI_ASSIGN_OR_RETURN(const std::unique_ptr<sql::Database> database,
                        sql::OpenDatabase(absl::GetFlag(FLAGS_database)));
  WICI_RETURN_IF_ERROR(sql::Migrate(*database, Migrations(), clock));
  Store store(*database);
  Data data(store, clock);
  WICI_RETURN_IF_ERROR(data.Write(absl::GetFlag(FLAGS_clusters)));
  std::cout << data.Report(absl::GetFlag(FLAGS_clusters)) << std::endl;
  return absl::OkStatus();
}

}  // namespace
}  // namespace wici::cluster_registry

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  wici::SetLogLevel(wici::LogLevel::kError);
  const absl::Status status = wici::cluster_registry::Fill();
  if (status.ok()) return EXIT_SUCCESS;
  std::cerr << status << "\n";
  return EXIT_FAILURE;
}
