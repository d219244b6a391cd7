// EvaluateAudience as known at an instant: what was recorded later does not change the answer.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/util/time_util.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

// Two clusters in Mazovia and one in Bavaria, each with a manager and a Bronze label.
class AudienceKnownAtTest : public testing::EngineRegistryTest {
 protected:
  AudienceKnownAtTest() {
    AddEsca();
    AddRegions();
    Add("aaa", R"(country: "PL" home_region: "regions/mazovia" )");
    Add("bbb", R"(country: "PL" home_region: "regions/mazovia" )");
    Add("ccc", R"(country: "DE" home_region: "regions/bavaria" )");
  }

  void Add(const std::string& id, const std::string& fields) {
    ASSERT_THAT(CreateCluster("cluster_id: \"" + id + "\" cluster { display_name: \"" + id + "\" " +
                              fields + R"(member_counts { value: 120 as_of: "2015-01-01" } })"),
                IsOk());
    ASSERT_THAT(CreateContact("parent: \"clusters/" + id + R"(" contact_id: "manager"
                  contact { role: ROLE_MANAGER display_name: "M" email: ")" +
                              id + "@example.org\" }"),
                IsOk());
    ASSERT_THAT(CreateLabel("parent: \"clusters/" + id + R"(" label_id: "bronze" label {
                  scheme: "labelSchemes/esca" kind: "BRONZE" assessed_on: "2014-12-12"
                  valid_from: "2014-12-12" valid_until: "2016-12-12" })"),
                IsOk());
  }

  // Notes the instant and lets a day pass.
  void Yesterday() {
    then_ = services_.clock().Now();
    services_.clock().Advance(absl::Hours(24));
  }

  v1::EvaluateAudienceRequest Request(const std::string& rule, bool then) {
    auto request = testing::Parse<v1::EvaluateAudienceRequest>("on_date: \"2015-12-18\" rule { " +
                                                               rule + " }");
    if (then) {
      *request.mutable_known_at() =
          google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(ToMicros(then_));
    }
    return request;
  }
  // "aaa" matches, "aaa?" is for review; in pages of one row.
  std::vector<std::string> Ask(const std::string& rule, bool then) {
    v1::EvaluateAudienceRequest request = Request(rule, then);
    request.set_page_size(1);
    std::vector<std::string> names;
    do {
      const auto page = EvaluateAudience(request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) return names;
      for (const v1::AudienceRow& row : page->rows()) {
        names.push_back(row.cluster().substr(9) +
                        (row.outcome() == v1::AudienceRow::OUTCOME_REVIEW ? "?" : ""));
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return names;
  }
  std::vector<std::string> Then(const std::string& rule) { return Ask(rule, true); }
  std::vector<std::string> Now(const std::string& rule) { return Ask(rule, false); }

  absl::Time then_;
};
WICI_ON_EVERY_ENGINE(AudienceKnownAtTest);

constexpr char kThoseOfMazovia[] = R"(region { region: "regions/mazovia" })";
constexpr char kPoland[] = R"(country { countries: "PL" })";
constexpr char kManagers[] = "role { role: ROLE_MANAGER }";
constexpr char kBronze[] = R"(label { scheme: "labelSchemes/esca" kind: "BRONZE" op: OP_EXACT })";

TEST_P(AudienceKnownAtTest, ASeatCorrectedTodayIsNotYesterdays) {
  Yesterday();
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/aaa" home_region: "regions/bavaria"
                                         country: "DE" })"),
              IsOk());
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/ccc" home_region: "regions/mazovia"
                                         country: "PL" })"),
              IsOk());
  EXPECT_THAT(Then(kThoseOfMazovia), ElementsAre("aaa", "bbb"));
  EXPECT_THAT(Now(kThoseOfMazovia), ElementsAre("bbb", "ccc"));
  EXPECT_THAT(Then(kPoland), ElementsAre("aaa", "bbb"));
  EXPECT_THAT(Now(kPoland), ElementsAre("bbb", "ccc"));
  EXPECT_THAT(Then(kManagers), ElementsAre("aaa", "bbb", "ccc"));
  EXPECT_THAT(Then(R"(cluster { clusters: "clusters/aaa" clusters: "clusters/ccc" })"),
              ElementsAre("aaa", "ccc"));
  const std::string named = R"(all_of { rules { cluster { clusters: "clusters/aaa" } } rules { )";
  EXPECT_THAT(Then(named + kThoseOfMazovia + " } }"), ElementsAre("aaa"));
  EXPECT_THAT(Now(named + kThoseOfMazovia + " } }"), IsEmpty());
}

TEST_P(AudienceKnownAtTest, ASeatFoundOutTodayWasUnknownYesterday) {
  ASSERT_THAT(CreateCluster(R"(cluster_id: "ddd" cluster { display_name: "D" country: "PL" })"),
              IsOk());
  ASSERT_THAT(CreateContact(R"(parent: "clusters/ddd" contact_id: "manager"
                contact { role: ROLE_MANAGER display_name: "M" email: "d@example.org" })"),
              IsOk());
  Yesterday();
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/ddd" home_region: "regions/mazovia" })"),
              IsOk());
  EXPECT_THAT(Then(kThoseOfMazovia), ElementsAre("aaa", "bbb", "ddd?"));
  EXPECT_THAT(Now(kThoseOfMazovia), ElementsAre("aaa", "bbb", "ddd"));
}

TEST_P(AudienceKnownAtTest, WhatWasCreatedOrDeletedTodayIsAsItWasYesterday) {
  Yesterday();
  Add("abc", R"(country: "PL" home_region: "regions/mazovia" )");
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/bbb")"), IsOk());
  for (const std::string& rule : std::vector<std::string>{kThoseOfMazovia, kPoland, kBronze}) {
    const std::string here =
        absl::StrCat("all_of { rules { ", rule, " } rules { ", kThoseOfMazovia, " } }");
    EXPECT_THAT(Then(here), ElementsAre("aaa", "bbb")) << rule;
    EXPECT_THAT(Now(here), ElementsAre("aaa", "abc")) << rule;
  }
}

TEST_P(AudienceKnownAtTest, ARoleCorrectedTodayIsNotYesterdays) {
  Yesterday();
  ASSERT_THAT(UpdateContact(R"(contact { name: "clusters/aaa/contacts/manager" role: ROLE_EXPERT
                                         phone: "+48 22 555" })"),
              IsOk());
  ASSERT_THAT(UpdateContact(R"(contact { name: "clusters/bbb/contacts/manager"
                                         role_from: "2016-01-01" })"),
              IsOk());
  ASSERT_THAT(UpdateContact(R"(contact { name: "clusters/ccc/contacts/manager" phone: "+49 89" })"),
              IsOk());
  ASSERT_THAT(CreateContact(R"(parent: "clusters/ccc" contact_id: "new"
                contact { role: ROLE_MANAGER display_name: "N" email: "n@example.org" })"),
              IsOk());
  EXPECT_THAT(Then(kManagers), ElementsAre("aaa", "bbb", "ccc"));
  EXPECT_THAT(Now(kManagers), ElementsAre("ccc", "ccc"));
  EXPECT_THAT(Then("role { role: ROLE_EXPERT }"), IsEmpty());
}

TEST_P(AudienceKnownAtTest, ALabelAndACountCorrectedTodayAreNotYesterdays) {
  Yesterday();
  ASSERT_THAT(RecordLabelEvent(R"(name: "clusters/aaa/labels/bronze"
                event { type: TYPE_REVOCATION effective_on: "2015-12-01" reason: "test" })"),
              IsOk());
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/bbb"
                                         member_counts { value: 12 as_of: "2015-01-01" } })"),
              IsOk());
  EXPECT_THAT(Then(kBronze), ElementsAre("aaa", "bbb", "ccc"));
  EXPECT_THAT(Now(kBronze), ElementsAre("bbb", "ccc"));
  EXPECT_THAT(Then("member_count { at_least: 100 }"), ElementsAre("aaa", "bbb", "ccc"));
  EXPECT_THAT(Now("member_count { at_least: 100 }"), ElementsAre("aaa", "ccc"));
}

TEST_P(AudienceKnownAtTest, WhoTakesPartIsWhoWasKnownToTakePart) {
  ASSERT_THAT(CreateInitiative(R"(initiative_id: "ecrn" initiative { acronym: "ECRN"
                display_name: "European Chemical Regions Network" kind: KIND_NETWORK
                participants { participant: "clusters/aaa" } })"),
              IsOk());
  constexpr char kEcrn[] = R"(initiative { initiative: "initiatives/ecrn" })";
  Yesterday();
  EXPECT_THAT(Then(kEcrn), ElementsAre("aaa"));
  ASSERT_THAT(UpdateInitiative(R"(initiative { name: "initiatives/ecrn"
                participants { participant: "clusters/bbb" } } update_mask { paths: "participants" })"),
              IsOk());
  EXPECT_THAT(Then(kEcrn), ElementsAre("aaa"));
  EXPECT_THAT(Now(kEcrn), ElementsAre("bbb"));
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(DeleteInitiative(R"(name: "initiatives/ecrn")"), IsOk());
  EXPECT_THAT(Then(kEcrn), ElementsAre("aaa"));
  EXPECT_THAT(EvaluateAudience(Request(kEcrn, false)),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  then_ -= absl::Hours(1);
  EXPECT_THAT(EvaluateAudience(Request(kEcrn, true)),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(AudienceKnownAtTest, TheWholeAnswerStaysTheSameThroughADayOfCorrections) {
  const std::string rule = absl::StrCat("all_of { rules { ", kManagers, " } rules { ",
                                        kThoseOfMazovia, " } rules { ", kBronze, " } }");
  const auto fresh = EvaluateAudience(Request(rule, false));
  ASSERT_THAT(fresh, IsOk());
  Yesterday();
  EXPECT_EQ(EvaluateAudience(Request(rule, true))->SerializeAsString(), fresh->SerializeAsString());
  for (const std::string& change : std::vector<std::string>{
           R"(name: "clusters/aaa" home_region: "regions/bavaria" country: "DE")",
           R"(name: "clusters/ccc" home_region: "regions/mazovia" country: "PL")",
           R"(name: "clusters/aaa" home_region: "regions/mazovia" country: "PL")"}) {
    services_.clock().Advance(absl::Hours(1));
    ASSERT_THAT(UpdateCluster("cluster { " + change + " }"), IsOk());
    EXPECT_EQ(EvaluateAudience(Request(rule, true))->SerializeAsString(),
              fresh->SerializeAsString());
  }
  ASSERT_THAT(
      UpdateContact(R"(contact { name: "clusters/bbb/contacts/manager" role: ROLE_DEPUTY })"),
      IsOk());
  EXPECT_EQ(EvaluateAudience(Request(rule, true))->SerializeAsString(), fresh->SerializeAsString());
}

// The register keeps nothing of a person's past but roles, and nothing at all of who is gone.
TEST_P(AudienceKnownAtTest, OfPeopleOnlyTheRolesAreYesterdays) {
  Yesterday();
  ASSERT_THAT(UpdateContact(R"(contact { name: "clusters/aaa/contacts/manager" language: "pl"
                                         role: ROLE_EXPERT })"),
              IsOk());
  EXPECT_THAT(Then(R"(language { languages: "pl" })"), ElementsAre("aaa", "bbb?", "ccc?"));
  ASSERT_THAT(DeleteContact(R"(name: "clusters/aaa/contacts/manager")"), IsOk());
  EXPECT_THAT(Then(kManagers), ElementsAre("bbb", "ccc"));
  for (const std::string& text : database_.AllTexts()) {
    EXPECT_THAT(text, ::testing::Not(::testing::HasSubstr("aaa@example.org")));
  }
  // Added again under the same name, it is another contact, unknown yesterday.
  ASSERT_THAT(CreateContact(R"(parent: "clusters/aaa" contact_id: "manager"
                contact { role: ROLE_MANAGER display_name: "M" email: "x@example.org" })"),
              IsOk());
  EXPECT_THAT(Then(kManagers), ElementsAre("bbb", "ccc"));
}

TEST_P(AudienceKnownAtTest, BeforeAnythingWasRecordedNobodyIsThere) {
  then_ = services_.clock().Now() - absl::Hours(1);
  EXPECT_THAT(Then(kManagers), IsEmpty());
  EXPECT_THAT(EvaluateAudience(Request(kBronze, true)),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));  // the scheme
}

TEST_P(AudienceKnownAtTest, LaterPagesAreAsKnownWhenTheFirstWasAsked) {
  v1::EvaluateAudienceRequest request = Request(kThoseOfMazovia, false);
  request.set_page_size(1);
  const auto first = EvaluateAudience(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(first->rows(), SizeIs(1));
  services_.clock().Advance(absl::Hours(1));
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/bbb" home_region: "regions/bavaria"
                                         country: "DE" })"),
              IsOk());
  request.set_page_token(first->next_page_token());
  const auto second = EvaluateAudience(request);
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(second->rows(), SizeIs(1));
  EXPECT_EQ(second->rows(0).cluster(), "clusters/bbb");
  EXPECT_EQ(second->known_at().seconds(), first->known_at().seconds());
}

}  // namespace
}  // namespace wici::cluster_registry
