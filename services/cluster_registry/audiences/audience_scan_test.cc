// The evaluation over the database, on every engine: the same rows as looking at everything.
#include "services/cluster_registry/audiences/audience_scan.h"

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/status_macros.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "libs/testing/fake_clock.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/cluster_registry/audiences/audience_store.h"
#include "services/cluster_registry/audiences/audience_world.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/migrations.h"
#include "services/cluster_registry/regions/region_store.h"
#include "services/cluster_registry/testing/records.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeRegion;
using testing::Parse;
using ::testing::UnorderedElementsAre;
using wici::testing::IsOk;

class AudienceScanTest : public wici::testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_THAT(sql::Migrate(database(), Migrations(), clock_), IsOk());
    store_ = std::make_unique<Store>(database());
    Write([](Writer& writer) -> absl::Status {
      v1::Region mazovia = MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}});
      WICI_RETURN_IF_ERROR(InsertRegion(writer, mazovia));
      v1::LabelScheme esca = testing::Esca();
      return InsertLabelScheme(writer, esca);
    });
    Write([](Writer& writer) {
      v1::Region bavaria = MakeRegion("bavaria", "DE", {{"2016", "DE2"}});
      return InsertRegion(writer, bavaria);
    });
  }

  void Write(const std::function<absl::Status(Writer&)>& body) {
    v1::Cluster ignored;
    ASSERT_THAT(store_->Write({.principal = "users/test",
                               .request_id = "",
                               .method = "Service/Method",
                               .request = "",
                               .transaction_id = ids_.NewId(),
                               .now = clock_.Now(),
                               .deadline = absl::Now() + absl::Seconds(20)},
                              ignored, body),
                IsOk());
  }

  // A cluster with contacts, each "id email", all managers; and Bronze until 2016-12-11 if
  // `bronze`.
  void Add(const std::string& id, const std::string& fields,
           const std::vector<std::pair<std::string, std::string>>& contacts, bool bronze = false) {
    Write([&](Writer& writer) -> absl::Status {
      v1::Cluster cluster = Parse<v1::Cluster>(fields);
      cluster.set_name("clusters/" + id);
      WICI_RETURN_IF_ERROR(InsertCluster(writer, cluster));
      for (const auto& [contact_id, email] : contacts) {
        v1::Contact contact;
        contact.set_name(absl::StrCat(cluster.name(), "/contacts/", contact_id));
        contact.set_role(v1::Contact::ROLE_MANAGER);
        contact.set_email(email);
        WICI_RETURN_IF_ERROR(InsertContact(writer, contact));
      }
      if (!bronze) return absl::OkStatus();
      v1::Label label = testing::Bronze(R"(valid_from: "2014-12-12" valid_until: "2016-12-11")");
      label.set_name(cluster.name() + "/labels/l1");
      return InsertLabel(writer, label);
    });
  }

  // Calls body(scan) on a new scan of `rule` in one transaction.
  void Scan(const std::string& rule_text, const std::function<absl::Status(AudienceScan&)>& body,
            v1::UnknownPolicy policy = v1::UNKNOWN_POLICY_REVIEW) {
    const auto rule = Parse<v1::AudienceRule>(rule_text);
    ASSERT_THAT(
        store_->Read(absl::Now() + absl::Seconds(20),
                     [&](Reader& reader) -> absl::Status {
                       ReadWorld read;
                       WICI_RETURN_IF_ERROR(ReadWorldOf(reader, cache_, "rule", rule,
                                                        Day("2015-12-18"), clock_.Now(), read));
                       AudienceScan scan(reader, {rule, read.world, clock_.Now(), policy});
                       return body(scan);
                     }),
        IsOk());
  }

  // All rows in pages, each in a transaction of its own: "a/x" matches, "a/x?" is for review.
  std::vector<std::string> Pages(const std::string& rule, std::size_t page_size,
                                 v1::AudienceCounts* counts = nullptr) {
    std::vector<std::string> names;
    v1::AudienceCounts sum;
    bool done = false;
    for (ScanPosition at; !done;) {
      std::size_t rows = 0;
      Scan(rule, [&](AudienceScan& scan) {
        if (!at.range.empty()) {
          EXPECT_TRUE(scan.Seek(at));
        }
        const absl::Status status = scan.Run(1000, [&](v1::AudienceRow& row) {
          if (rows == page_size) return false;
          ++rows;
          names.push_back(Short(row.contact()) +
                          (row.outcome() == v1::AudienceRow::OUTCOME_REVIEW ? "?" : ""));
          for (const std::string& merged : row.merged_contacts()) {
            names.back() += "+" + Short(merged);
          }
          return true;
        });
        done = scan.done();
        at = scan.position();
        AddCounts(scan.counts(), sum);
        return status;
      });
      if (::testing::Test::HasFatalFailure()) return names;
    }
    if (counts != nullptr) *counts = sum;
    return names;
  }

  // "a/x" of "clusters/a/contacts/x".
  static std::string Short(const std::string& contact) {
    const std::size_t at = contact.find("/contacts/");
    return contact.substr(9, at - 9) + contact.substr(at + 9);
  }

  wici::testing::FakeClock clock_;
  wici::testing::FakeIds ids_;
  std::unique_ptr<Store> store_;
  RegionCache cache_;
};
WICI_ON_EVERY_ENGINE(AudienceScanTest);

constexpr char kMazovia[] = R"(region { region: "regions/mazovia" })";

TEST_P(AudienceScanTest, AnEmptyRegistryHasNoAudience) {
  EXPECT_THAT(Pages("role { role: ROLE_MANAGER }", 10), IsEmpty());
}

TEST_P(AudienceScanTest, AClusterWithoutSeatStaysACandidate) {
  Add("a", R"(country: "PL" home_region: "regions/mazovia")", {{"x", "x@example.org"}});
  Add("b", R"(country: "PL")", {{"y", "y@example.org"}});
  Add("c", R"(country: "DE")", {{"z", "z@example.org"}});
  EXPECT_THAT(Pages(kMazovia, 10), UnorderedElementsAre("a/x", "b/y?"));
}

TEST_P(AudienceScanTest, A3_OnePersonWithTwoClustersIsOneRowWhereverTheClustersAre) {
  Add("a", R"(country: "PL")", {{"x", "Zoë@example.org"}});
  Add("b", R"(country: "PL" home_region: "regions/mazovia")", {{"x", "ZOë@EXAMPLE.org"}});
  Add("c", R"(country: "DE" home_region: "regions/bavaria")", {{"x", "zoë@example.org"}});
  v1::AudienceCounts counts;
  EXPECT_THAT(Pages(kMazovia, 1, &counts), ElementsAre("b/x+a/x+c/x"));
  EXPECT_EQ(counts.matched(), 1);
  EXPECT_EQ(counts.unknown(), 0);
  EXPECT_EQ(counts.merged(), 2);
}

TEST_P(AudienceScanTest, ADeletedClusterIsNoReason) {
  Add("a", R"(country: "PL" home_region: "regions/mazovia")", {{"x", "x@example.org"}});
  Add("b", R"(country: "PL" home_region: "regions/mazovia")", {{"x", "x@example.org"}});
  Write([](Writer& writer) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(v1::Cluster cluster, LockCluster(writer, "clusters/a", false));
    cluster.mutable_delete_time()->set_seconds(1);
    return SaveCluster(writer, cluster, "cluster.deleted");
  });
  EXPECT_THAT(Pages(kMazovia, 10), ElementsAre("b/x"));
  EXPECT_THAT(Pages(R"(cluster { clusters: "clusters/a" clusters: "clusters/b" })", 10),
              ElementsAre("b/x"));
}

TEST_P(AudienceScanTest, APageMayEndInTheMiddleOfACluster) {
  Add("a", R"(country: "PL")",
      {{"p", "p@example.org"}, {"q", "q@example.org"}, {"r", "r@example.org"}});
  Add("a-b", R"(country: "PL")", {{"s", "s@example.org"}});
  for (const std::size_t size : {1u, 2u, 3u, 4u}) {
    EXPECT_THAT(Pages(R"(country { countries: "PL" })", size),
                ElementsAre("a/p", "a/q", "a/r", "a-b/s"));
  }
}

TEST_P(AudienceScanTest, AMatchingClusterWithoutContactIsNamed) {
  Add("a", R"(country: "PL")", {});
  Add("b", R"(country: "PL")", {{"x", "x@example.org"}});
  Scan(R"(all_of { rules { role { role: ROLE_MANAGER } } rules { country { countries: "PL" } } })",
       [](AudienceScan& scan) {
         const absl::Status status = scan.RunToEnd(nullptr);
         EXPECT_THAT(scan.clusters_without_contact(), ElementsAre("clusters/a"));
         EXPECT_EQ(scan.counts().matched(), 1);
         return status;
       });
}

TEST_P(AudienceScanTest, APositionOutsideThePlanIsRefused) {
  Scan(kMazovia, [](AudienceScan& scan) {
    EXPECT_FALSE(scan.Seek({.range = "1|regions/atlantis|", .cluster = "a", .contact = ""}));
    return absl::OkStatus();
  });
}

TEST_P(AudienceScanTest, PeopleAreJudgedByNameOverAllTheirContacts) {
  Add("a", R"(country: "PL")", {{"x", "x@example.org"}});
  Add("b", R"(country: "PL" home_region: "regions/mazovia")", {{"x", "x@example.org"}});
  Add("c", R"(country: "DE")", {{"x", "x@example.org"}});
  const auto judge = [](AudienceScan& scan) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const auto people,
                          scan.JudgePeople({"clusters/a/contacts/x", "clusters/a/contacts/gone"}));
    EXPECT_EQ(people.size(), 1u);
    EXPECT_EQ(people.at("clusters/a/contacts/x").answer.truth, Truth::kUnknown);
    EXPECT_EQ(people.at("clusters/a/contacts/x").of_person, Truth::kTrue);
    WICI_ASSIGN_OR_RETURN(const auto other, scan.JudgePeople({"clusters/c/contacts/x"}));
    EXPECT_EQ(other.at("clusters/c/contacts/x").answer.truth, Truth::kFalse);
    EXPECT_EQ(other.at("clusters/c/contacts/x").of_person, Truth::kTrue);
    return absl::OkStatus();
  };
  Scan(kMazovia, judge);
}

// What a rule says of everybody, without plan, batches and pages.
class AudienceScanPropertyTest : public AudienceScanTest {
 protected:
  std::vector<std::string> Naive(const std::string& text) {
    const auto rule = Parse<v1::AudienceRule>(text);
    std::vector<std::string> rows;
    EXPECT_THAT(store_->Read(absl::Now() + absl::Seconds(20),
                             [&](Reader& reader) { return ReadNaive(reader, rule, rows); }),
                IsOk());
    return rows;
  }

 private:
  struct Best {
    Truth truth = Truth::kFalse;
    std::string contact;
    std::vector<std::string> all;
  };
  absl::Status ReadNaive(Reader& reader, const v1::AudienceRule& rule,
                         std::vector<std::string>& rows) {
    ReadWorld read;
    WICI_RETURN_IF_ERROR(
        ReadWorldOf(reader, cache_, "rule", rule, Day("2015-12-18"), clock_.Now(), read));
    const RuleEvaluator evaluator(rule, read.world);
    WICI_ASSIGN_OR_RETURN(const auto clusters,
                          ReadClusters(reader, {}, {.after = "", .limit = 1000}));
    std::map<std::string, Best> people;
    for (const v1::Cluster& cluster : clusters) {
      WICI_ASSIGN_OR_RETURN(const auto labels, ReadLabels(reader, cluster.name(), clock_.Now(),
                                                          {.after = "", .limit = 1000}));
      WICI_ASSIGN_OR_RETURN(const auto contacts,
                            ReadContacts(reader, cluster.name(), {.after = "", .limit = 1000}));
      ClusterJudge judge(evaluator, cluster);
      judge.SetLabels(labels);
      for (const v1::Contact& contact : contacts) {
        Best& best = people[EmailKey(contact)];
        best.all.push_back(Short(contact.name()));
        const Truth truth = judge.Ask(contact);
        if (!best.contact.empty() && !IsSurer(truth, contact.name(), best.truth, best.contact)) {
          continue;
        }
        best.truth = truth;
        best.contact = contact.name();
      }
    }
    for (auto& [email, best] : people) {
      if (best.truth == Truth::kFalse) continue;
      rows.push_back(Short(best.contact) + (best.truth == Truth::kUnknown ? "?" : ""));
      std::sort(best.all.begin(), best.all.end());
      for (const std::string& other : best.all) {
        if (other != Short(best.contact)) rows.back() += "+" + other;
      }
    }
    return absl::OkStatus();
  }
};
WICI_ON_EVERY_ENGINE(AudienceScanPropertyTest);

TEST_P(AudienceScanPropertyTest, A4_PagesOfAnySizeGiveWhatLookingAtEverybodyGives) {
  std::mt19937 random(20151218);
  const auto roll = [&](unsigned sides) { return static_cast<unsigned>(random() % sides); };
  const std::vector<std::string> seats = {R"(home_region: "regions/mazovia")",
                                          R"(home_region: "regions/bavaria")", ""};
  for (int i = 0; i < 80; ++i) {
    std::vector<std::pair<std::string, std::string>> contacts;
    for (unsigned j = 0, n = roll(4); j < n; ++j) {
      contacts.push_back({absl::StrCat("p", j), absl::StrCat("e", roll(100), "@example.org")});
    }
    const unsigned seat = roll(3);
    const std::string country = seat == 1 || (seat == 2 && roll(2) == 0) ? "DE" : "PL";
    Add(absl::StrCat("c", i), "country: \"" + country + "\" " + seats[seat], contacts,
        roll(2) == 0);
  }
  const std::string bronze =
      R"(label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_AT_LEAST })";
  const std::string mazovia = kMazovia;
  for (const std::string& rule : std::vector<std::string>{
           mazovia, bronze, "negation { " + mazovia + " }", R"(country { countries: "DE" })",
           "all_of { rules { " + mazovia + " } rules { " + bronze + " } }",
           "any_of { rules { " + bronze + " } rules { " + mazovia +
               " } rules { cluster { clusters: \"clusters/c3\" clusters: \"clusters/c9\" } }" +
               " rules { exclusion { person { contacts: \"clusters/c9/contacts/p0\" } } } }"}) {
    const std::vector<std::string> all = Naive(rule);
    ASSERT_GT(all.size(), 5u);
    v1::AudienceCounts whole;
    for (const std::size_t size : {7u, 1000u}) {
      v1::AudienceCounts counts;
      EXPECT_THAT(Pages(rule, size, &counts), ::testing::UnorderedElementsAreArray(all)) << rule;
      if (size == 7u) whole = counts;
      EXPECT_EQ(counts.SerializeAsString(), whole.SerializeAsString());
    }
    EXPECT_EQ(static_cast<std::size_t>(whole.matched() + whole.unknown()), all.size());
  }
}

}  // namespace
}  // namespace wici::cluster_registry
