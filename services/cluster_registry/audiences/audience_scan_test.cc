// The evaluation over the database, on every engine: the same rows as looking at everything.
#include "services/cluster_registry/audiences/audience_scan.h"

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/audiences/audience_store.h"
#include "services/cluster_registry/audiences/audience_world.h"
#include "services/cluster_registry/contacts/contact_store.h"
#include "services/cluster_registry/environment.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"
#include "services/cluster_registry/labels/label_store.h"
#include "services/cluster_registry/regions/region_store.h"
#include "services/cluster_registry/testing/store_fixture.h"

namespace wici::cluster_registry {
namespace {

using testing::Day;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::MakeRegion;
using testing::Parse;
using ::testing::UnorderedElementsAre;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class AudienceScanTest : public testing::FamilyStoreTest {
 protected:
  void SetUp() override {
    FamilyStoreTest::SetUp();
    if (IsSkipped()) return;
    ASSERT_THAT(
        Write([](Writer& writer) -> absl::Status {
          v1::Region mazovia = MakeRegion("mazovia", "PL", {{"2013", "PL12"}, {"2016", "PL9"}});
          WICI_RETURN_IF_ERROR(InsertRegion(writer, mazovia));
          v1::Region bavaria = MakeRegion("bavaria", "DE", {{"2016", "DE2"}});
          WICI_RETURN_IF_ERROR(InsertRegion(writer, bavaria));
          v1::LabelScheme esca = testing::Esca();
          return InsertLabelScheme(writer, esca);
        }),
        IsOk());
  }

  // A contact: id, address and person; the last may be left out.
  struct Who {
    std::string id;
    std::string email;
    std::string person = {};
  };
  // A cluster with contacts, all managers; and Bronze until 2016-12-11 if `bronze`.
  void Add(const std::string& id, const std::string& fields, const std::vector<Who>& contacts,
           bool bronze = false) {
    ASSERT_THAT(Write([&](Writer& writer) -> absl::Status {
                  v1::Cluster cluster = Parse<v1::Cluster>(fields);
                  cluster.set_name("clusters/" + id);
                  WICI_RETURN_IF_ERROR(InsertCluster(writer, cluster));
                  for (const Who& who : contacts) {
                    v1::Contact contact;
                    contact.set_name(absl::StrCat(cluster.name(), "/contacts/", who.id));
                    contact.set_role(v1::Contact::ROLE_MANAGER);
                    contact.set_email(who.email);
                    contact.set_person(who.person);
                    WICI_RETURN_IF_ERROR(InsertContact(writer, contact));
                  }
                  if (!bronze) return absl::OkStatus();
                  v1::Label label =
                      testing::Bronze(R"(valid_from: "2014-12-12" valid_until: "2016-12-11")");
                  label.set_name(cluster.name() + "/labels/l1");
                  return InsertLabel(writer, label);
                }),
                IsOk());
  }

  // What body(scan) returns on a new scan of `rule` in one transaction.
  absl::Status TryScan(const std::string& rule_text,
                       const std::function<absl::Status(AudienceScan&)>& body) {
    const auto rule = Parse<v1::AudienceRule>(rule_text);
    return Read([&](Reader& reader) -> absl::Status {
      ReadWorld read;
      WICI_RETURN_IF_ERROR(
          ReadWorldOf(reader, cache_, "rule", rule, Day("2015-12-18"), known_at_, read));
      AudienceScan scan(reader, {rule, read.world, known_at_, v1::UNKNOWN_POLICY_REVIEW});
      return body(scan);
    });
  }
  void Scan(const std::string& rule, const std::function<absl::Status(AudienceScan&)>& body) {
    ASSERT_THAT(TryScan(rule, body), IsOk());
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
        const ScanBounds bounds{.clusters_max = 1000, .first_batch = first_batch_};
        const absl::Status status = scan.Run(bounds, [&](v1::AudienceRow& row) {
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

  absl::Time known_at_ = kPresent;
  int first_batch_ = 64;
  RegionCache cache_;
};
WICI_ON_EVERY_ENGINE(AudienceScanTest);

constexpr char kInMazovia[] = R"(region { region: "regions/mazovia" })";

TEST_P(AudienceScanTest, AnEmptyRegistryHasNoAudience) {
  EXPECT_THAT(Pages("role { role: ROLE_MANAGER }", 10), IsEmpty());
}

TEST_P(AudienceScanTest, AClusterWithoutSeatStaysACandidate) {
  Add("a", R"(country: "PL" home_region: "regions/mazovia")", {{"x", "x@example.org"}});
  Add("b", R"(country: "PL")", {{"y", "y@example.org"}});
  Add("c", R"(country: "DE")", {{"z", "z@example.org"}});
  EXPECT_THAT(Pages(kInMazovia, 10), UnorderedElementsAre("a/x", "b/y?"));
}

TEST_P(AudienceScanTest, A3_OnePersonWithTwoClustersIsOneRowWhereverTheClustersAre) {
  Add("a", R"(country: "PL")", {{"x", "Zoë@example.org"}});
  Add("b", R"(country: "PL" home_region: "regions/mazovia")", {{"x", "ZOë@EXAMPLE.org"}});
  Add("c", R"(country: "DE" home_region: "regions/bavaria")", {{"x", "zoë@example.org"}});
  v1::AudienceCounts counts;
  EXPECT_THAT(Pages(kInMazovia, 1, &counts), ElementsAre("b/x+a/x+c/x"));
  EXPECT_EQ(counts.matched(), 1);
  EXPECT_EQ(counts.unknown(), 0);
  EXPECT_EQ(counts.contacts_merged(), 2);
}

// The person of b is that of a by address, of c by person, and through c that of d; e is somebody
// else.
TEST_P(AudienceScanTest, A3_APersonIsFoundThroughFurtherContactsOfTheirs) {
  Add("a", R"(country: "PL")", {{"x", "old@example.org"}});
  Add("b", R"(country: "PL" home_region: "regions/mazovia")",
      {{"x", "old@example.org", "people/zoe"}});
  Add("c", R"(country: "DE" home_region: "regions/bavaria")",
      {{"x", "new@example.org", "people/zoe"}});
  Add("d", R"(country: "DE" home_region: "regions/bavaria")",
      {{"x", "new@example.org"}, {"y", "", "people/yves"}});
  Add("e", R"(country: "PL" home_region: "regions/mazovia")", {{"x", "", ""}});
  v1::AudienceCounts counts;
  EXPECT_THAT(Pages(kInMazovia, 1, &counts), UnorderedElementsAre("b/x+a/x+c/x+d/x", "e/x"));
  EXPECT_EQ(counts.matched(), 2);
  EXPECT_EQ(counts.contacts_merged(), 3);
}

TEST_P(AudienceScanTest, A3_MoreContactsThanOnePersonMayHaveAreRefused) {
  std::vector<Who> contacts;
  for (std::size_t i = 0; i <= kContactsOfPersonMax; ++i) {
    contacts.push_back({absl::StrCat("x", i), "office@example.org"});
  }
  Add("a", R"(country: "PL" home_region: "regions/mazovia")", contacts);
  const auto run = [](AudienceScan& scan) { return scan.RunToEnd(nullptr); };
  EXPECT_THAT(TryScan(kInMazovia, run),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("AUDIENCE_PERSON_TOO_LARGE")));
  EXPECT_THAT(TryScan("role { role: ROLE_EXPERT }", run), IsOk());  // nobody of them gets a row
}

TEST_P(AudienceScanTest, ADeletedClusterIsNoReason) {
  Add("a", R"(country: "PL" home_region: "regions/mazovia")", {{"x", "x@example.org"}});
  Add("b", R"(country: "PL" home_region: "regions/mazovia")", {{"x", "x@example.org"}});
  ASSERT_THAT(Write([](Writer& writer) -> absl::Status {
                WICI_ASSIGN_OR_RETURN(v1::Cluster cluster,
                                      LockCluster(writer, "clusters/a", false));
                cluster.mutable_delete_time()->set_seconds(1);
                return SaveCluster(writer, cluster, "cluster.deleted");
              }),
              IsOk());
  EXPECT_THAT(Pages(kInMazovia, 10), ElementsAre("b/x"));
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
  Scan(kInMazovia, [](AudienceScan& scan) {
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
  Scan(kInMazovia, judge);
}

// What a rule says of everybody, without plan, batches and pages.
class AudienceScanPropertyTest : public AudienceScanTest {
 protected:
  std::vector<std::string> Naive(const std::string& text) {
    const auto rule = Parse<v1::AudienceRule>(text);
    std::vector<std::string> rows;
    EXPECT_THAT(Read([&](Reader& reader) { return ReadNaive(reader, rule, rows); }), IsOk());
    return rows;
  }

 private:
  struct Judged {
    v1::Contact contact;
    Truth truth = Truth::kFalse;
    std::size_t person = 0;  // the same number is the same person
  };

  absl::Status JudgeAll(Reader& reader, const v1::AudienceRule& rule, std::vector<Judged>& all) {
    ReadWorld read;
    WICI_RETURN_IF_ERROR(
        ReadWorldOf(reader, cache_, "rule", rule, Day("2015-12-18"), kPresent, read));
    const RuleEvaluator evaluator(rule, read.world);
    WICI_ASSIGN_OR_RETURN(const auto clusters,
                          ReadClusters(reader, {}, {.after = "", .limit = 1000}));
    for (const v1::Cluster& cluster : clusters) {
      WICI_ASSIGN_OR_RETURN(const auto labels, ReadLabels(reader, cluster.name(), kPresent,
                                                          {.after = "", .limit = 1000}));
      WICI_ASSIGN_OR_RETURN(const auto contacts,
                            ReadContacts(reader, cluster.name(), {.after = "", .limit = 1000}));
      ClusterJudge judge(evaluator, cluster);
      judge.SetLabels(labels);
      for (const v1::Contact& contact : contacts) {
        all.push_back({.contact = contact, .truth = judge.Ask(contact), .person = all.size()});
      }
    }
    return absl::OkStatus();
  }

  // Spreads the lowest number along addresses and persons until nothing changes.
  static void MarkPeople(std::vector<Judged>& all) {
    for (bool changed = true; changed;) {
      changed = false;
      for (Judged& one : all) {
        for (const Judged& other : all) {
          const bool same =
              EmailKey(one.contact) == EmailKey(other.contact) ||
              (!one.contact.person().empty() && one.contact.person() == other.contact.person());
          if (!same || one.person <= other.person) continue;
          one.person = other.person;
          changed = true;
        }
      }
    }
  }

  absl::Status ReadNaive(Reader& reader, const v1::AudienceRule& rule,
                         std::vector<std::string>& rows) {
    std::vector<Judged> all;
    WICI_RETURN_IF_ERROR(JudgeAll(reader, rule, all));
    MarkPeople(all);
    std::map<std::size_t, std::vector<const Judged*>> people;
    for (const Judged& one : all) people[one.person].push_back(&one);
    for (auto& [number, contacts] : people) {
      std::sort(contacts.begin(), contacts.end(), [](const Judged* a, const Judged* b) {
        return a->contact.name() < b->contact.name();
      });
      const Judged& best = **std::min_element(
          contacts.begin(), contacts.end(), [](const Judged* a, const Judged* b) {
            return IsSurer(a->truth, a->contact.name(), b->truth, b->contact.name());
          });
      if (best.truth == Truth::kFalse) continue;
      rows.push_back(Short(best.contact.name()) + (best.truth == Truth::kUnknown ? "?" : ""));
      for (const Judged* one : contacts) {
        if (one != &best) rows.back() += "+" + Short(one->contact.name());
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
    std::vector<Who> contacts;
    for (unsigned j = 0, n = roll(4); j < n; ++j) {
      contacts.push_back({absl::StrCat("p", j), absl::StrCat("e", roll(100), "@example.org"),
                          roll(2) == 0 ? "" : absl::StrCat("people/h", roll(200))});
    }
    const unsigned seat = roll(3);
    const std::string country = seat == 1 || (seat == 2 && roll(2) == 0) ? "DE" : "PL";
    Add(absl::StrCat("c", i), "country: \"" + country + "\" " + seats[seat], contacts,
        roll(2) == 0);
  }
  const std::string bronze =
      R"(label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_AT_LEAST })";
  const std::string mazovia = kInMazovia;
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
      first_batch_ = static_cast<int>(size);
      v1::AudienceCounts counts;
      EXPECT_THAT(Pages(rule, size, &counts), ::testing::UnorderedElementsAreArray(all)) << rule;
      if (size == 7u) whole = counts;
      EXPECT_EQ(counts.SerializeAsString(), whole.SerializeAsString());
    }
    EXPECT_EQ(static_cast<std::size_t>(whole.matched() + whole.unknown()), all.size());
  }
}

TEST_P(AudienceScanPropertyTest, L13_WhatIsRecordedLaterDoesNotChangeTheAnswerOfAnInstant) {
  std::mt19937 random(18);
  const auto roll = [&](unsigned sides) { return static_cast<unsigned>(random() % sides); };
  const std::vector<std::string> places = {R"(country: "PL" home_region: "regions/mazovia")",
                                           R"(country: "DE" home_region: "regions/bavaria")",
                                           R"(country: "PL")", R"(country: "DE")"};
  const std::vector<std::string> rules = {
      kInMazovia, R"(country { countries: "DE" })", "role { role: ROLE_MANAGER }",
      R"(label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT })"};
  const auto add = [&](int number) {
    Add(absl::StrCat("c", number), places[roll(4)],
        {{"p", absl::StrCat("e", number / 2, "@example.org")}}, roll(2) == 0);
  };
  // One of: another place, deleted or not, another role.
  const auto change = [&](const std::string& cluster_name) {
    return Write([&](Writer& writer) -> absl::Status {
      WICI_ASSIGN_OR_RETURN(v1::Cluster cluster, LockCluster(writer, cluster_name, true));
      if (roll(3) == 0) {
        WICI_ASSIGN_OR_RETURN(v1::Contact contact,
                              ReadContact(writer, cluster_name + "/contacts/p"));
        contact.set_role(roll(2) == 0 ? v1::Contact::ROLE_MANAGER : v1::Contact::ROLE_EXPERT);
        return SaveContact(writer, contact);
      }
      if (roll(3) == 0) {
        const bool deleted = cluster.has_delete_time();
        cluster.clear_delete_time();
        if (!deleted) *cluster.mutable_delete_time() = cluster.update_time();
      } else {
        const auto place = Parse<v1::Cluster>(places[roll(4)]);
        cluster.set_country(place.country());
        cluster.set_home_region(place.home_region());
      }
      return SaveCluster(writer, cluster, "cluster.updated");
    });
  };
  int clusters = 0;
  while (clusters < 30) add(clusters++);
  clock_.Advance(absl::Hours(1));
  std::vector<std::pair<absl::Time, std::vector<std::vector<std::string>>>> answers;
  for (int round = 0; round < 4; ++round) {
    known_at_ = kPresent;
    answers.push_back({clock_.Now(), {}});
    for (const std::string& rule : rules) answers.back().second.push_back(Pages(rule, 1000));
    for (int i = 0; i < 25; ++i) {
      clock_.Advance(absl::Minutes(1));
      ASSERT_THAT(change(absl::StrCat("clusters/c", roll(static_cast<unsigned>(clusters)))),
                  IsOk());
    }
    add(clusters++);
    for (const auto& [instant, rows] : answers) {
      known_at_ = instant;
      for (std::size_t i = 0; i < rules.size(); ++i) {
        for (const int size : {3, 1000}) {
          first_batch_ = size;
          EXPECT_EQ(Pages(rules[i], static_cast<std::size_t>(size)), rows[i])
              << rules[i] << " as known at " << instant << ", round " << round;
        }
      }
    }
  }
}

}  // namespace
}  // namespace wici::cluster_registry
