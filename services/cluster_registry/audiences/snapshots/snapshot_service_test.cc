// Frozen audiences over gRPC: what is kept, what people decide, what has changed since.
#include "services/cluster_registry/audiences/snapshots/snapshot_service.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/cluster_registry/regions/region_cache.h"
#include "services/cluster_registry/testing/registry_fixture.h"

namespace wici::cluster_registry {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using wici::testing::HasViolation;
using wici::testing::IsOk;
using wici::testing::kPrecondition;
using wici::testing::Reason;
using wici::testing::StatusIs;
constexpr char kId[] = "018f0000-0000-7000-8000-000000000001";

class SnapshotServiceTest : public testing::EngineRegistryTest {
 protected:
  // Two managers in Mazovia, one in a cluster without seat, one in Bavaria.
  SnapshotServiceTest() {
    AddRegions();
    AddCluster(R"(home_region: "regions/mazovia")", "aaa");
    AddCluster(R"(home_region: "regions/mazovia")", "bbb");
    AddCluster("", "ccc");
    EXPECT_THAT(CreateCluster(R"(cluster_id: "ddd" cluster { display_name: "Bayern" country: "DE"
                                   home_region: "regions/bavaria" })"),
                IsOk());
    for (const std::string id : {"aaa", "bbb", "ccc", "ddd"}) AddManager(id);
  }

  void AddManager(const std::string& id, const std::string& email = "") {
    EXPECT_THAT(CreateContact("parent: \"clusters/" + id + R"(" contact_id: "manager"
                  contact { role: ROLE_MANAGER display_name: "M" email: ")" +
                              (email.empty() ? id + "@example.org" : email) + "\" }"),
                IsOk());
  }

  absl::StatusOr<v1::AudienceSnapshot> Freeze(const std::string& more = "",
                                              const std::string& id = "invitation") {
    return CreateAudienceSnapshot("audience_snapshot_id: \"" + id + R"("
      audience_snapshot {
        display_name: "Invitation of 18 December 2015" on_date: "2015-12-18"
        rule { all_of { rules { role { role: ROLE_MANAGER } }
                        rules { region { region: "regions/mazovia" } } } } } )" +
                                  more);
  }

  static std::string Parent(const std::string& id = "invitation") {
    return "parent: \"audienceSnapshots/" + id + "\"";
  }

  // "aaa ADDED", and so on, over pages of `size`.
  std::vector<std::string> Diff(int size = 50) {
    std::vector<std::string> words;
    v1::DiffAudienceRequest request;
    request.set_snapshot("audienceSnapshots/invitation");
    request.set_page_size(size);
    do {
      const auto page = DiffAudience(request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      for (const v1::AudienceDifference& difference : page->differences()) {
        words.push_back(difference.cluster().substr(9) +
                        v1::AudienceDifference::Kind_Name(difference.kind()).substr(4));
        last_ = difference;
      }
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return words;
  }

  v1::AudienceDifference last_;
};
WICI_ON_EVERY_ENGINE(SnapshotServiceTest);

TEST_P(SnapshotServiceTest, ASnapshotKeepsQuestionRowsAndCounts) {
  const auto snapshot = Freeze();
  ASSERT_THAT(snapshot, IsOk());
  EXPECT_EQ(snapshot->name(), "audienceSnapshots/invitation");
  EXPECT_EQ(snapshot->counts().matched(), 2);
  EXPECT_EQ(snapshot->counts().unknown(), 1);
  EXPECT_EQ(snapshot->pending_count(), 1);
  EXPECT_EQ(snapshot->known_at().seconds(), absl::ToUnixSeconds(services_.clock().Now()));
  EXPECT_NE(snapshot->creator(), "");
  EXPECT_EQ(GetAudienceSnapshot(R"(name: "audienceSnapshots/invitation")")->SerializeAsString(),
            snapshot->SerializeAsString());
  EXPECT_THAT(ListAudienceSnapshots("")->audience_snapshots(), SizeIs(1));

  // What happens later does not change it.
  ASSERT_THAT(DeleteContact(R"(name: "clusters/aaa/contacts/manager")"), IsOk());
  const auto rows = ListAudienceSnapshotRows(Parent());
  ASSERT_THAT(rows, IsOk());
  ASSERT_THAT(rows->rows(), SizeIs(3));
  EXPECT_EQ(rows->rows(0).name(), "audienceSnapshots/invitation/rows/00000001");
  EXPECT_EQ(rows->rows(0).row().contact(), "clusters/aaa/contacts/manager");
  EXPECT_THAT(rows->rows(0).row().matched_predicates(), SizeIs(2));
}

TEST_P(SnapshotServiceTest, RowsComeInPages) {
  ASSERT_THAT(Freeze(), IsOk());
  const auto first = ListAudienceSnapshotRows(Parent() + " page_size: 2");
  ASSERT_THAT(first, IsOk());
  EXPECT_THAT(first->rows(), SizeIs(2));
  const std::string token = "page_token: \"" + first->next_page_token() + "\"";
  EXPECT_THAT(ListAudienceSnapshotRows(Parent() + token)->rows(), SizeIs(1));
  EXPECT_THAT(ListAudienceReviews(Parent() + token), HasViolation("page_token"));
}

TEST_P(SnapshotServiceTest, TheSameRequestTwiceMakesOneSnapshot) {
  const std::string id = std::string("request_id: \"") + kId + "\"";
  const auto first = Freeze(id);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(DeleteContact(R"(name: "clusters/aaa/contacts/manager")"), IsOk());
  EXPECT_EQ(Freeze(id)->SerializeAsString(), first->SerializeAsString());
  EXPECT_THAT(Freeze(),
              StatusIs(absl::StatusCode::kAlreadyExists, Reason("RESOURCE_ALREADY_EXISTS")));
  EXPECT_THAT(Freeze(id, "another"),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("REQUEST_ID_REUSED")));
}

TEST_P(SnapshotServiceTest, ASnapshotIsDeletedWithItsRows) {
  ASSERT_THAT(Freeze(), IsOk());
  ASSERT_THAT(Freeze("", "other"), IsOk());
  const std::string name = R"(name: "audienceSnapshots/invitation" )";
  EXPECT_THAT(DeleteAudienceSnapshot(name + "etag: '\"7\"'"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  const std::string request = name + "etag: '\"1\"' request_id: \"" + kId + "\"";
  ASSERT_THAT(DeleteAudienceSnapshot(request), IsOk());
  EXPECT_THAT(DeleteAudienceSnapshot(request), IsOk());  // the same request again
  const auto gone = StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND"));
  EXPECT_THAT(DeleteAudienceSnapshot(name), gone);
  EXPECT_THAT(GetAudienceSnapshot(name), gone);
  EXPECT_THAT(ListAudienceSnapshotRows(Parent()), gone);
  EXPECT_THAT(ResolveAudienceReview("name: \"audienceSnapshots/invitation/rows/00000003\" "
                                    "decision: DECISION_INCLUDE reason: \"r\""),
              gone);
  EXPECT_THAT(ListAudienceSnapshotRows(Parent("other"))->rows(), SizeIs(3));
  EXPECT_THAT(Freeze(), IsOk());  // the name is free again
  EXPECT_THAT(DeleteAudienceSnapshot("name: \"x\" request_id: \"1\""),
              AllOf(HasViolation("name"), HasViolation("request_id")));
  EXPECT_THAT(services_.Call<google::protobuf::Empty>(
                  "wici.cluster_registry.v1.AudienceService/DeleteAudienceSnapshot",
                  testing::Parse<v1::DeleteAudienceSnapshotRequest>(name),
                  services_.Token("cluster-manager", "clusters/aaa")),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(SnapshotServiceTest, ASnapshotOfYesterdayIsWhatWasKnownThen) {
  const std::string then =
      absl::StrCat("known_at { seconds: ", absl::ToUnixSeconds(services_.clock().Now()), " } ");
  services_.clock().Advance(absl::Hours(24));
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/aaa" home_region: "regions/bavaria" })"),
              IsOk());
  AddCluster(R"(home_region: "regions/mazovia")", "eee");
  AddManager("eee");
  const auto snapshot = CreateAudienceSnapshot(R"(audience_snapshot_id: "yesterday"
    audience_snapshot { on_date: "2015-12-18" rule { region { region: "regions/mazovia" } } )" +
                                               then + "}");
  ASSERT_THAT(snapshot, IsOk());
  EXPECT_EQ(snapshot->counts().matched(), 2);  // aaa and bbb
  EXPECT_THAT(DiffAudience(R"(snapshot: "audienceSnapshots/yesterday" )" + then)->differences(),
              IsEmpty());
  EXPECT_THAT(DiffAudience(R"(snapshot: "audienceSnapshots/yesterday")")->differences(), SizeIs(2));
}

TEST_P(SnapshotServiceTest, A2_AnEmptyAudienceHasToBeConfirmed) {
  const std::string nobody = R"(audience_snapshot_id: "nobody" audience_snapshot {
    on_date: "2015-12-18" rule { country { countries: "MT" } } })";
  EXPECT_THAT(CreateAudienceSnapshot(nobody), StatusIs(kPrecondition, Reason("AUDIENCE_EMPTY")));
  EXPECT_THAT(GetAudienceSnapshot(R"(name: "audienceSnapshots/nobody")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  const auto meant = CreateAudienceSnapshot(nobody + " allow_empty: true");
  ASSERT_THAT(meant, IsOk());
  EXPECT_EQ(meant->counts().matched(), 0);
  EXPECT_THAT(ListAudienceSnapshotRows(Parent("nobody"))->rows(), IsEmpty());
}

TEST_P(SnapshotServiceTest, A4_TheCountsOfMatchedAndUnknownAreStored) {
  const auto snapshot = Freeze();
  ASSERT_THAT(snapshot, IsOk());
  auto dry =
      testing::Parse<v1::EvaluateAudienceRequest>(R"(on_date: "2015-12-18" counts_only: true)");
  *dry.mutable_rule() = snapshot->rule();
  const auto counts = EvaluateAudience(dry);
  ASSERT_THAT(counts, IsOk());
  EXPECT_EQ(snapshot->counts().SerializeAsString(), counts->counts().SerializeAsString());
  EXPECT_EQ(EvaluateAudience(dry)->SerializeAsString(), counts->SerializeAsString());
}

TEST_P(SnapshotServiceTest, TheReviewQueueIsWorkedOffWithReasonAndActor) {
  ASSERT_THAT(Freeze(), IsOk());
  const auto queue = ListAudienceReviews(Parent());
  ASSERT_THAT(queue, IsOk());
  ASSERT_THAT(queue->rows(), SizeIs(1));
  const v1::AudienceSnapshotRow& row = queue->rows(0);
  EXPECT_EQ(row.row().cluster(), "clusters/ccc");
  EXPECT_EQ(row.row().unknown_predicates(0).reason(), "REGION_UNKNOWN");
  const std::string decide = "name: \"" + row.name() + "\" etag: '\"1\"' " +
                             "decision: DECISION_INCLUDE reason: \"siedziba: Płock\" " +
                             "request_id: \"" + kId + "\"";
  const auto decided = ResolveAudienceReview(decide);
  ASSERT_THAT(decided, IsOk());
  EXPECT_EQ(decided->decision(), v1::AudienceSnapshotRow::DECISION_INCLUDE);
  EXPECT_EQ(decided->reason(), "siedziba: Płock");
  EXPECT_NE(decided->reviewer(), "");
  EXPECT_THAT(ListAudienceReviews(Parent())->rows(), IsEmpty());
  const auto snapshot = GetAudienceSnapshot(R"(name: "audienceSnapshots/invitation")");
  EXPECT_EQ(snapshot->pending_count(), 0);
  EXPECT_EQ(snapshot->included_count(), 1);
  EXPECT_EQ(snapshot->etag(), "\"2\"");

  // The same request has effect once; a later decision replaces it.
  EXPECT_EQ(ResolveAudienceReview(decide)->SerializeAsString(), decided->SerializeAsString());
  ASSERT_THAT(ResolveAudienceReview("name: \"" + row.name() +
                                    R"(" decision: DECISION_EXCLUDE reason: "moved")"),
              IsOk());
  const auto after = GetAudienceSnapshot(R"(name: "audienceSnapshots/invitation")");
  EXPECT_EQ(after->included_count(), 0);
  EXPECT_EQ(after->excluded_count(), 1);
}

TEST_P(SnapshotServiceTest, ADecisionThatCannotBeMadeIsRefused) {
  ASSERT_THAT(Freeze(), IsOk());
  const std::string rows = "name: \"audienceSnapshots/invitation/rows/";
  const std::string include = "\" decision: DECISION_INCLUDE reason: \"r\" ";
  EXPECT_THAT(ResolveAudienceReview(rows + "00000001" + include),
              StatusIs(kPrecondition, Reason("AUDIENCE_ROW_NOT_FOR_REVIEW")));
  EXPECT_THAT(ResolveAudienceReview(rows + "00000009" + include),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  EXPECT_THAT(ResolveAudienceReview(rows + "00000003" + include + "etag: '\"7\"'"),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  EXPECT_THAT(ResolveAudienceReview("name: \"x\""),
              AllOf(HasViolation("name"), HasViolation("decision"), HasViolation("reason")));
}

TEST_P(SnapshotServiceTest, ASnapshotOfNonsenseIsRefusedWithEveryViolation) {
  EXPECT_THAT(CreateAudienceSnapshot(R"(audience_snapshot_id: "X" request_id: "1"
                audience_snapshot { on_date: "1800-01-01" unknown_policy: 9 })"),
              AllOf(HasViolation("audience_snapshot_id"), HasViolation("audience_snapshot.rule"),
                    HasViolation("audience_snapshot.on_date"), HasViolation("request_id"),
                    HasViolation("audience_snapshot.unknown_policy")));
}

TEST_P(SnapshotServiceTest, NothingChangedIsNoDifference) {
  ASSERT_THAT(Freeze(), IsOk());
  EXPECT_THAT(Diff(), IsEmpty());
  EXPECT_THAT(DiffAudience(R"(snapshot: "audienceSnapshots/none")"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_P(SnapshotServiceTest, ADifferenceSaysWhoAndWhy) {
  ASSERT_THAT(Freeze(), IsOk());
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/ccc" home_region: "regions/mazovia" })"),
              IsOk());
  EXPECT_THAT(Diff(), ElementsAre("ccc_CHANGED"));
  EXPECT_EQ(last_.outcome_before(), v1::AudienceRow::OUTCOME_REVIEW);
  EXPECT_EQ(last_.outcome_now(), v1::AudienceRow::OUTCOME_MATCHED);
  ASSERT_THAT(last_.changes(), SizeIs(1));
  EXPECT_EQ(last_.changes(0).path(), "all_of[1].region");
  EXPECT_EQ(last_.changes(0).before(), v1::PredicateChange::ANSWER_UNKNOWN);
  EXPECT_EQ(last_.changes(0).reason_before(), "REGION_UNKNOWN");
  EXPECT_EQ(last_.changes(0).now(), v1::PredicateChange::ANSWER_TRUE);
  EXPECT_EQ(last_.changes(0).reason_now(), "SAME_REGION");

  ASSERT_THAT(UpdateContact(R"(contact { name: "clusters/bbb/contacts/manager"
                                         role: ROLE_DEPUTY })"),
              IsOk());
  EXPECT_THAT(Diff(), ElementsAre("ccc_CHANGED", "bbb_REMOVED"));
  ASSERT_THAT(last_.changes(), SizeIs(1));
  EXPECT_EQ(last_.changes(0).reason_now(), "OTHER_ROLE");
  EXPECT_FALSE(last_.gone());
}

TEST_P(SnapshotServiceTest, EveryDifferenceComesOnceOverPages) {
  ASSERT_THAT(Freeze(), IsOk());
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/ccc" home_region: "regions/mazovia" })"),
              IsOk());
  ASSERT_THAT(DeleteContact(R"(name: "clusters/aaa/contacts/manager")"), IsOk());
  AddCluster(R"(home_region: "regions/mazovia")", "eee");
  AddManager("eee");
  const std::vector<std::string> all = {"ccc_CHANGED", "eee_ADDED", "aaa_REMOVED"};
  for (const int size : {1, 2, 50}) {
    EXPECT_THAT(Diff(size), ::testing::UnorderedElementsAreArray(all));
    EXPECT_TRUE(last_.gone());
  }
}

TEST_P(SnapshotServiceTest, APersonWhoseRowMovedToAnotherClusterIsTheSamePerson) {
  ASSERT_THAT(Freeze(), IsOk());
  AddCluster(R"(home_region: "regions/mazovia")", "aa0");  // before "aaa"
  AddManager("aa0", "AAA@example.org");
  EXPECT_THAT(Diff(), IsEmpty());
  ASSERT_THAT(UpdateCluster(R"(cluster { name: "clusters/aaa" home_region: "regions/bavaria"
                                         country: "DE" })"),
              IsOk());
  EXPECT_THAT(Diff(), IsEmpty());
}

// A service of its own on the same database, whose snapshots hold two rows.
TEST_P(SnapshotServiceTest, AnAudienceOfMoreRowsThanASnapshotHoldsIsRefused) {
  RegionCache regions;
  wici::testing::ServiceFixture small;
  SnapshotService snapshots({store_, small.clock(), services_.ids()}, regions, 2);
  rpc::Service service = small.server().AddService("wici.cluster_registry.v1.AudienceService");
  snapshots.Register(service);
  small.Start();
  const auto freeze = [&](const std::string& rule) {
    return small.Call<v1::AudienceSnapshot>(
        "wici.cluster_registry.v1.AudienceService/CreateAudienceSnapshot",
        testing::Parse<v1::CreateAudienceSnapshotRequest>(
            "audience_snapshot { on_date: '2015-12-18' rule { " + rule + " } }"),
        small.Token("platform-operator"));
  };
  EXPECT_THAT(freeze("role { role: ROLE_MANAGER }"),
              StatusIs(kPrecondition, Reason("AUDIENCE_TOO_LARGE")));
  EXPECT_THAT(ListAudienceSnapshots("")->audience_snapshots(), IsEmpty());
  EXPECT_THAT(freeze("cluster { clusters: 'clusters/aaa' clusters: 'clusters/bbb' }"), IsOk());
}

}  // namespace
}  // namespace wici::cluster_registry
