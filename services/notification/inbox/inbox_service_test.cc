// Inboxes over real gRPC.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "libs/rpc/channel.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/inbox/inbox_store.h"
#include "services/notification/testing/notification_server.h"
#include "wici/notification/v1/inbox_service.grpc.pb.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::HasViolation;
using testing::IsOk;
using testing::kRequestId;
using testing::Reason;
using testing::StatusIs;

constexpr char kPerson[] = "persons/ewa";

class InboxServiceTest : public NotificationFixture {
 protected:
  void Append(const std::string& delivery, const std::string& title,
              const std::string& person = kPerson) {
    const NewInboxItem item{delivery, person, "n1", title, "Treść: żółć", "https://example.org"};
    ASSERT_THAT(database().Write(
                    Deadline(),
                    [&](sql::Transaction& tx) { return AppendInboxItem(tx, item, clock().Now()); }),
                IsOk());
    server_->inbox_watch.Notify();
  }
  absl::StatusOr<v1::ListInboxItemsResponse> List(const v1::ListInboxItemsRequest& request) {
    return Call<v1::ListInboxItemsResponse>("InboxService/ListInboxItems", request);
  }
  std::vector<std::string> Titles(bool unread_only) {
    v1::ListInboxItemsRequest request;
    request.set_parent(inbox_);
    request.set_unread_only(unread_only);
    const auto page = List(request);
    EXPECT_THAT(page, IsOk());
    std::vector<std::string> titles;
    for (const v1::InboxItem& item : page->inbox_items()) titles.push_back(item.title());
    return titles;
  }
  absl::StatusOr<v1::MarkInboxItemsResponse> Mark(const std::vector<std::int64_t>& seqs,
                                                  bool unread, const std::string& id = "") {
    v1::MarkInboxItemsRequest request;
    request.set_parent(inbox_);
    for (const std::int64_t seq : seqs) request.add_names(absl::StrCat(inbox_, "/items/", seq));
    request.set_unread(unread);
    request.set_request_id(id);
    return Call<v1::MarkInboxItemsResponse>("InboxService/MarkInboxItems", request);
  }

  const std::string inbox_ = absl::StrCat("inboxes/", InboxIdOf(kPerson));
};
WICI_ON_EVERY_ENGINE(InboxServiceTest);

TEST_P(InboxServiceTest, ItemsAreNumberedWithoutGapsAndOnceForEachDelivery) {
  EXPECT_THAT(Titles(false), ElementsAre());
  Append("d1", "first");
  Append("d1", "first again");
  Append("d2", "second");
  Append("d3", "of another", "persons/jan");
  v1::ListInboxItemsRequest request;
  request.set_parent(inbox_);
  const auto page = List(request);
  ASSERT_THAT(page, IsOk());
  ASSERT_EQ(page->inbox_items_size(), 2);
  EXPECT_EQ(page->inbox_items(0).title(), "second");
  EXPECT_EQ(page->inbox_items(0).seq(), 2);
  EXPECT_EQ(page->inbox_items(1).seq(), 1);
  EXPECT_EQ(page->inbox_items(1).text(), "Treść: żółć");
  EXPECT_EQ(page->inbox_items(1).notification(), "notifications/n1");
  EXPECT_EQ(page->unread_count(), 2);
}

TEST_P(InboxServiceTest, ReadItemsCanBeMarkedAndUnmarked) {
  for (const char* id : {"d1", "d2", "d3"}) Append(id, id);
  const auto marked = Mark({3, 1}, false, kRequestId);
  ASSERT_THAT(marked, IsOk());
  ASSERT_EQ(marked->inbox_items_size(), 2);
  EXPECT_EQ(marked->inbox_items(0).seq(), 3);
  EXPECT_TRUE(marked->inbox_items(1).has_read_time());
  EXPECT_THAT(Titles(true), ElementsAre("d2"));
  EXPECT_THAT(Titles(false), ElementsAre("d3", "d2", "d1"));
  EXPECT_EQ(Mark({3, 1}, false, kRequestId)->SerializeAsString(), marked->SerializeAsString());
  EXPECT_THAT(Mark({2}, false, kRequestId), Reason("REQUEST_ID_REUSED"));
  ASSERT_THAT(Mark({1}, true), IsOk());
  EXPECT_THAT(Titles(true), ElementsAre("d2", "d1"));
}

TEST_P(InboxServiceTest, WhatCannotBeMarkedIsSaidAtOnceAndNothingIs) {
  Append("d1", "first");
  EXPECT_THAT(Mark({1, 7}, false),
              StatusIs(absl::StatusCode::kNotFound, Reason("INBOX_ITEM_NOT_FOUND")));
  EXPECT_THAT(Titles(true), ElementsAre("first"));
  v1::MarkInboxItemsRequest request;
  request.set_parent(inbox_);
  request.add_names(inbox_ + "/items/1");
  request.add_names(inbox_ + "/items/1");
  request.add_names("inboxes/other/items/1");
  request.add_names(inbox_ + "/items/x");
  request.set_request_id("no");
  EXPECT_THAT(Call<v1::MarkInboxItemsResponse>("InboxService/MarkInboxItems", request),
              AllOf(HasViolation("names[1]"), HasViolation("names[2]"), HasViolation("names[3]"),
                    HasViolation("request_id")));
  EXPECT_THAT(Mark({}, false), HasViolation("names"));
}

TEST_P(InboxServiceTest, PagesHoldEachItemOnce) {
  for (int i = 0; i < 5; ++i) Append(absl::StrCat("d", i), absl::StrCat(i));
  v1::ListInboxItemsRequest request;
  request.set_parent(inbox_);
  request.set_page_size(2);
  std::vector<std::string> seen;
  do {
    const auto page = List(request);
    ASSERT_THAT(page, IsOk());
    for (const v1::InboxItem& item : page->inbox_items()) seen.push_back(item.title());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(seen, ElementsAre("4", "3", "2", "1", "0"));
  request.set_page_token(List(request)->next_page_token());
  request.set_unread_only(true);
  EXPECT_THAT(List(request), HasViolation("page_token"));
}

TEST_P(InboxServiceTest, AWatchBringsWhatWasAndWhatComesAndResumes) {
  Append("d1", "first");
  const auto stub = v1::InboxService::NewStub(server_->grpc.channel());
  v1::WatchInboxItemsRequest request;
  request.set_parent(inbox_);
  std::int64_t progress = 0;
  {
    grpc::ClientContext context;
    rpc::PrepareCall(context, Deadline(), token_);
    const auto stream = stub->WatchInboxItems(&context, request);
    v1::WatchInboxItemsResponse response;
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.inbox_items(0).title(), "first");
    Append("d2", "second");
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.inbox_items(0).title(), "second");
    progress = response.progress_seq();
    context.TryCancel();
  }
  Append("d3", "third");
  ASSERT_THAT(Mark({1}, false), IsOk());
  request.set_after_seq(progress);
  grpc::ClientContext context;
  rpc::PrepareCall(context, Deadline(), token_);
  const auto stream = stub->WatchInboxItems(&context, request);
  v1::WatchInboxItemsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.inbox_items_size(), 2);
  EXPECT_EQ(response.inbox_items(0).title(), "third");
  EXPECT_TRUE(response.inbox_items(1).has_read_time()) << "a mark is a change too";
  context.TryCancel();
}

TEST_P(InboxServiceTest, NobodyReadsTheInboxOfAnother) {
  v1::ListInboxItemsRequest request;
  request.set_parent(inbox_);
  token_ = server_->grpc.Token("attendee", "inboxes/other");
  EXPECT_THAT(List(request), StatusIs(absl::StatusCode::kPermissionDenied));
  token_ = server_->grpc.Token("attendee", inbox_);
  EXPECT_THAT(List(request), IsOk());
}

TEST_P(InboxServiceTest, ErasureEmptiesWhatWasSaidAndKeepsTheNumbers) {
  Append("d1", "Dear Ewa");
  bool any = false;
  ASSERT_THAT(database().Write(Deadline(),
                               [&](sql::Transaction& tx) -> absl::Status {
                                 const auto forgot = ForgetInboxOf(tx, kPerson);
                                 if (forgot.ok()) any = *forgot;
                                 return forgot.status();
                               }),
              IsOk());
  EXPECT_TRUE(any);
  for (const std::string& text : AllTexts()) EXPECT_EQ(text.find("Dear Ewa"), std::string::npos);
  Append("d2", "next");
  EXPECT_THAT(Titles(false), ElementsAre("next", ""));
}

}  // namespace
}  // namespace wici::notification
