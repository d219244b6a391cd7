// Interests over gRPC.
#include <string>

#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/cluster_store.h"
#include "services/cluster_registry/collaboration/collaboration_service.h"
#include "services/cluster_registry/collaboration/store/item_store.h"
#include "services/cluster_registry/collaboration/testing.h"

namespace wici::cluster_registry {
namespace {

using ::testing::ElementsAre;
using testing::NamesOf;
using v1::Interest;
using wici::testing::IsOk;
using wici::testing::Reason;
using wici::testing::StatusIs;

class InterestsTest : public testing::CollaborationTest {
 protected:
  void SetUp() override {
    CollaborationTest::SetUp();
    AddOpen(Offer(R"(owner: "clusters/abc/members/mem")"));
  }
  absl::StatusOr<Interest> Answer(const std::string& name, bool accept) {
    return AnswerInterest("name: \"" + name + "\"" + (accept ? " accept: true" : ""));
  }
  absl::StatusOr<Interest> Withdraw(const std::string& name,
                                    const std::string& interested = "clusters/def") {
    return WithdrawInterest("name: \"" + name + "\" interested: \"" + interested + "\"");
  }
  Interest::State StateOf(const Interest& interest) {
    const auto list = ListInterests("parent: \"" + Name() + "\"");
    for (const Interest& one : list->interests()) {
      if (one.name() == interest.name()) return one.state();
    }
    return Interest::STATE_UNSPECIFIED;
  }
};

TEST_F(InterestsTest, AnInterestIsExpressedAcceptedAndItsOutcomeNoted) {
  const auto created = Express();
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->state(), Interest::STATE_NEW);
  EXPECT_EQ(created->expire_time().seconds(),
            absl::ToUnixSeconds(services_.clock().Now() + absl::Hours(24 * 14)));
  const auto accepted = Answer(created->name(), true);
  ASSERT_THAT(accepted, IsOk());
  EXPECT_EQ(accepted->state(), Interest::STATE_ACCEPTED);
  const auto noted = RecordInterestOutcome(
      "name: \"" + created->name() + "\" outcome: OUTCOME_LETTER_OF_INTENT etag: \"\\\"2\\\"\"");
  ASSERT_THAT(noted, IsOk());
  EXPECT_EQ(noted->outcome(), Interest::OUTCOME_LETTER_OF_INTENT);
  EXPECT_EQ(noted->etag(), "\"3\"");
  EXPECT_EQ(noted->message(), "Wann?");
}

TEST_F(InterestsTest, NobodyIsInterestedInTheirOwnItem) {
  const auto own = StatusIs(absl::StatusCode::kFailedPrecondition, Reason("INTEREST_IN_OWN_ITEM"));
  EXPECT_THAT(Express("clusters/abc/members/mem"), own);
  EXPECT_THAT(Express("clusters/abc"), own);
  // Another member of the same cluster may be.
  ASSERT_THAT(CreateMember(R"(parent: "clusters/abc" member_id: "other"
                              member { display_name: "Lakiery" kind: KIND_SMALL_ENTERPRISE })"),
              IsOk());
  EXPECT_THAT(Express("clusters/abc/members/other"), IsOk());
}

TEST_F(InterestsTest, OnePartyHasOneInterestInAnItemAtATime) {
  const auto first = Express();
  ASSERT_THAT(first, IsOk());
  const auto exists = StatusIs(absl::StatusCode::kFailedPrecondition, Reason("INTEREST_EXISTS"));
  EXPECT_THAT(Express(), exists);
  ASSERT_THAT(Answer(first->name(), true), IsOk());
  EXPECT_THAT(Express(), exists);
  ASSERT_THAT(Withdraw(first->name()), IsOk());
  const auto second = Express();
  ASSERT_THAT(second, IsOk());
  ASSERT_THAT(Answer(second->name(), false), IsOk());
  EXPECT_THAT(Express(), IsOk());
}

TEST_F(InterestsTest, UnansweredItExpiresAndMakesRoom) {
  const auto first = Express("clusters/def", "request_ttl { seconds: 3600 }");
  ASSERT_THAT(first, IsOk());
  services_.clock().Advance(absl::Hours(1) - absl::Seconds(1));
  EXPECT_EQ(StateOf(*first), Interest::STATE_NEW);
  services_.clock().Advance(absl::Seconds(1));
  EXPECT_EQ(StateOf(*first), Interest::STATE_EXPIRED);
  const auto closed = StatusIs(absl::StatusCode::kFailedPrecondition, Reason("INTEREST_CLOSED"));
  EXPECT_THAT(Answer(first->name(), true), closed);
  EXPECT_THAT(Withdraw(first->name()), closed);
  const auto second = Express();
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(StateOf(*first), Interest::STATE_EXPIRED);
  EXPECT_EQ(StateOf(*second), Interest::STATE_NEW);
}

TEST_F(InterestsTest, TheTimeToAnswerHasBounds) {
  for (const char* ttl : {"seconds: 3599", "seconds: 7776001", "seconds: -1",
                          "seconds: 9000000000000000000", "nanos: 1"}) {
    EXPECT_THAT(Express("clusters/def", std::string("request_ttl { ") + ttl + " }"),
                StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")))
        << ttl;
  }
  EXPECT_THAT(Express("clusters/def", "request_ttl { seconds: 7776000 }"), IsOk());
}

TEST_F(InterestsTest, OnlyAnOpenItemAttracts) {
  ASSERT_THAT(CreateCollaborationItem(Offer("", "draft")), IsOk());
  const std::string request =
      "parent: \"" + Name("draft") + "\" interest { interested: \"clusters/def\" }";
  EXPECT_THAT(CreateInterest(request),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("ITEM_STATE_MISMATCH")));
  // Who may not see the draft does not learn of it.
  EXPECT_THAT(As<v1::Interest>(bavarian_, "CreateInterest", request),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  AddOpen(Offer("visibility: VISIBILITY_INTERNAL", "internal"));
  services_.clock().Advance(absl::Hours(24 * 400));
  EXPECT_THAT(Express(), StatusIs(absl::StatusCode::kFailedPrecondition, Reason("ITEM_EXPIRED")));
  // Nor does who could never see it learn that something expired.
  const std::string token =
      auth::MakeBearerToken(services_.key(), {"users/other", {{"cluster-manager", "clusters/def"}}},
                            services_.clock().Now(), absl::Hours(24));
  EXPECT_THAT(As<v1::Interest>(
                  token, "CreateInterest",
                  "parent: \"" + Name("internal") + "\" interest { interested: \"clusters/def\" }"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
}

TEST_F(InterestsTest, I1_BothPartiesMustBeActive) {
  EXPECT_THAT(Express("clusters/nowhere"),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  const auto inactive = StatusIs(absl::StatusCode::kFailedPrecondition, Reason("OWNER_NOT_ACTIVE"));
  ASSERT_THAT(DeleteCluster(R"(name: "clusters/def")"), IsOk());
  EXPECT_THAT(Express(), inactive);
  ASSERT_THAT(UndeleteCluster(R"(name: "clusters/def")"), IsOk());
  ASSERT_THAT(UpdateMember(R"(member { name: "clusters/abc/members/mem"
                                       member_until: "2015-12-17" })"),
              IsOk());
  EXPECT_THAT(Express(), inactive);
}

TEST_F(InterestsTest, ClosingDeclinesWhatWaitsAndKeepsWhatWasAccepted) {
  ASSERT_THAT(CreateMember(R"(parent: "clusters/def" member_id: "mem"
                              member { display_name: "Lack" kind: KIND_SMALL_ENTERPRISE })"),
              IsOk());
  const auto waiting = Express();
  const auto accepted = Express("clusters/def/members/mem");
  ASSERT_THAT(Answer(accepted->name(), true), IsOk());
  ASSERT_THAT(CloseCollaborationItem("name: \"" + Name() + "\" matched: true"), IsOk());
  EXPECT_EQ(StateOf(*waiting), Interest::STATE_DECLINED);
  EXPECT_EQ(StateOf(*accepted), Interest::STATE_ACCEPTED);
}

TEST_F(InterestsTest, OnlyWhoIsInterestedWithdraws) {
  const auto interest = Express();
  EXPECT_THAT(Withdraw(interest->name(), "clusters/abc"),
              StatusIs(absl::StatusCode::kNotFound, Reason("RESOURCE_NOT_FOUND")));
  const std::string manager_of_the_item = TokenOf({{"cluster-manager", "clusters/abc"}});
  EXPECT_THAT(As<v1::Interest>(manager_of_the_item, "WithdrawInterest",
                               "name: \"" + interest->name() + "\" interested: \"clusters/def\""),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
  EXPECT_THAT(As<v1::Interest>(bavarian_, "WithdrawInterest",
                               "name: \"" + interest->name() + "\" interested: \"clusters/def\""),
              IsOk());
}

TEST_F(InterestsTest, BothSidesListWhatConcernsThem) {
  const auto interest = Express();
  EXPECT_THAT(NamesOf(ListInterests("parent: \"" + Name() + "\"")->interests()),
              ElementsAre(interest->name()));
  const auto expressed = As<v1::ListExpressedInterestsResponse>(bavarian_, "ListExpressedInterests",
                                                                "parent: \"clusters/def\"");
  ASSERT_THAT(expressed, IsOk());
  EXPECT_THAT(NamesOf(expressed->interests()), ElementsAre(interest->name()));
  EXPECT_THAT(
      As<v1::ListInterestsResponse>(bavarian_, "ListInterests", "parent: \"" + Name() + "\""),
      StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERMISSION_DENIED")));
}

TEST_F(InterestsTest, ListsHavePages) {
  ASSERT_THAT(CreateMember(R"(parent: "clusters/def" member_id: "mem"
                              member { display_name: "Lack" kind: KIND_SMALL_ENTERPRISE })"),
              IsOk());
  ASSERT_THAT(Express(), IsOk());
  ASSERT_THAT(Express("clusters/def/members/mem"), IsOk());
  const std::string query = "parent: \"" + Name() + "\" page_size: 1 ";
  const auto first = ListInterests(query);
  ASSERT_THAT(first, IsOk());
  const auto second = ListInterests(query + "page_token: \"" + first->next_page_token() + "\"");
  ASSERT_THAT(second, IsOk());
  EXPECT_NE(first->interests(0).name(), second->interests(0).name());
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(InterestsTest, AnItemHasNoMoreThanItsBoundOfOpenInterests) {
  v1::Interest ignored;
  ASSERT_THAT(
      store_.Write({.principal = "users/test",
                    .request_id = "",
                    .method = "Service/Method",
                    .request = "",
                    .transaction_id = services_.ids().NewId(),
                    .now = services_.clock().Now(),
                    .deadline = absl::Now() + absl::Seconds(20)},
                   ignored,
                   [&](Writer& writer) -> absl::Status {
                     WICI_RETURN_IF_ERROR(LockCluster(writer, "clusters/abc", false).status());
                     for (int i = 0; i < kLiveInterestsMax; ++i) {
                       v1::Interest interest;
                       const std::string id = std::to_string(i);
                       interest.set_name(Name() + "/interests/i" + id);
                       interest.set_interested("clusters/def/members/m" + id);
                       interest.set_state(Interest::STATE_ACCEPTED);
                       WICI_RETURN_IF_ERROR(InsertInterest(writer, interest));
                     }
                     return absl::OkStatus();
                   }),
      IsOk());
  EXPECT_THAT(Express(), StatusIs(absl::StatusCode::kResourceExhausted, Reason("INTERESTS_FULL")));
}

TEST_F(InterestsTest, TheSameRequestIdTakesEffectOnce) {
  const std::string id = "request_id: \"0f8fad5b-d9cb-469f-a165-70867728950e\"";
  const auto first = Express("clusters/def", id);
  const auto second = Express("clusters/def", id);
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->name(), second->name());
}

TEST_F(InterestsTest, AnOutcomeBelongsToAnAcceptedInterest) {
  const auto interest = Express();
  EXPECT_THAT(RecordInterestOutcome("name: \"" + interest->name() + "\" outcome: OUTCOME_NDA"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("INTEREST_CLOSED")));
  EXPECT_THAT(RecordInterestOutcome("name: \"" + interest->name() + "\""),
              StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  EXPECT_THAT(AnswerInterest("name: \"" + interest->name() + "\" etag: \"\\\"7\\\"\""),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
}

}  // namespace
}  // namespace wici::cluster_registry
