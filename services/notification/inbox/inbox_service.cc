#include "services/notification/inbox/inbox_service.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/rpc/page.h"
#include "services/notification/errors.h"

namespace wici::notification {
namespace {

constexpr std::string_view kInboxPattern = "inboxes/*";

std::string InboxIdIn(const std::string& parent) { return parent.substr(parent.find('/') + 1); }

// The numbers of the items that are named, each once.
std::vector<std::int64_t> SeqsOf(const v1::MarkInboxItemsRequest& request, Violations& v) {
  std::vector<std::int64_t> seqs;
  if (!v.RequireRange("names", request.names_size(), 1, kBatchSizeMax)) return seqs;
  std::set<std::int64_t> seen;
  for (int i = 0; i < request.names_size(); ++i) {
    const std::string field = absl::StrCat("names[", i, "]");
    const std::string& name = request.names(i);
    std::int64_t seq = 0;
    if (!absl::SimpleAtoi(name.substr(name.rfind('/') + 1), &seq) ||
        name != absl::StrCat(request.parent(), "/items/", seq)) {
      v.Add(field, "must be an item of parent");
    } else if (!seen.insert(seq).second) {
      v.Add(field, "must not be named twice");
    }
    seqs.push_back(seq);
  }
  return seqs;
}

}  // namespace

void InboxService::Register(rpc::Server& server) {
  rpc::Service service =
      server.AddService(v1::ListInboxItemsRequest::descriptor()->file()->service(0)->full_name());
  service.Pooled("ListInboxItems", this, &InboxService::ListInboxItems);
  service.Stream("WatchInboxItems", this, &InboxService::WatchInboxItems);
  service.Pooled("MarkInboxItems", this, &InboxService::MarkInboxItems);
}

absl::Status InboxService::ListInboxItems(const rpc::Context& context,
                                          const v1::ListInboxItemsRequest& request,
                                          v1::ListInboxItemsResponse& response) {
  Violations v;
  v.RequireResourceName("parent", request.parent(), kInboxPattern);
  const rpc::Page page = rpc::ParsePage(request, v);
  std::int64_t before = INT64_MAX;
  if (!page.after.empty() && !absl::SimpleAtoi(page.after[0], &before)) {
    v.Add("page_token", "is not a token of this method");
  }
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  std::vector<v1::InboxItem> items;
  std::int32_t unread = 0;
  WICI_RETURN_IF_ERROR(store_.List(context.deadline, InboxIdIn(request.parent()),
                                   request.unread_only(), before, page.size + 1, items, unread));
  response.set_unread_count(unread);
  rpc::FillPage(
      request, page, std::move(items),
      [](const v1::InboxItem& last) -> std::vector<std::string> {
        return {absl::StrCat(last.seq())};
      },
      *response.mutable_inbox_items(), *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status InboxService::WatchInboxItems(const rpc::Context& /*context*/,
                                           const v1::WatchInboxItemsRequest& request,
                                           std::shared_ptr<rpc::StreamWriter> writer,
                                           const v1::WatchInboxItemsResponse* /*response*/) {
  Violations v;
  v.RequireResourceName("parent", request.parent(), kInboxPattern);
  if (request.after_seq() < 0) v.Add("after_seq", "must not be negative");
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  watch_.Add(InboxIdIn(request.parent()), request.after_seq(), std::move(writer));
  return absl::OkStatus();
}

absl::Status InboxService::MarkInboxItems(const rpc::Context& context,
                                          const v1::MarkInboxItemsRequest& request,
                                          v1::MarkInboxItemsResponse& response) {
  Violations v;
  v.RequestId("request_id", request.request_id());
  v.RequireResourceName("parent", request.parent(), kInboxPattern);
  const std::vector<std::int64_t> seqs = SeqsOf(request, v);
  WICI_RETURN_IF_ERROR(v.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(response, store_.Mark(feed::CallOf(context, request),
                                              InboxIdIn(request.parent()), seqs, request.unread()));
  return absl::OkStatus();
}

}  // namespace wici::notification
