#include "libs/feed/feed_service.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/limits.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "libs/feed/changes.h"
#include "libs/feed/watch_hub.h"
#include "wici/feed/v1/feed_service.pb.h"

namespace wici::feed {
namespace {

constexpr std::int32_t kLimitDefault = 200;
constexpr std::int32_t kLimitMax = 1000;
constexpr int kSubscriptionsMax = 1000;

absl::Status ValidateWatch(const v1::WatchChangesRequest& request) {
  Violations violations;
  violations.RequireRange("subscriptions", request.subscriptions_size(), 1, kSubscriptionsMax);
  if (!violations.ok()) return violations.ToStatus(kFeedDomain);
  std::set<std::int32_t> ids;
  for (int i = 0; i < request.subscriptions_size(); ++i) {
    const v1::Subscription& subscription = request.subscriptions(i);
    const std::string field = absl::StrCat("subscriptions[", i, "]");
    if (!ids.insert(subscription.id()).second) {
      violations.Add(absl::StrCat(field, ".id"), "is used by another subscription");
    }
    violations.OptionalText(absl::StrCat(field, ".aggregate"), subscription.aggregate(),
                            kNameBytesMax);
    violations.OptionalText(absl::StrCat(field, ".kind_prefix"), subscription.kind_prefix(),
                            kNameBytesMax);
  }
  return violations.ToStatus(kFeedDomain);
}

}  // namespace

class FeedService::Impl {
 public:
  Impl(sql::Database& database, const Clock& clock) : database_(database), hub_(database, clock) {}

  void Register(rpc::Server& server) {
    rpc::Service service = server.AddService("wici.feed.v1.FeedService");
    service.Pooled("GetFeedHead", this, &Impl::GetFeedHead);
    service.Pooled("ReadChanges", this, &Impl::ReadChanges);
    service.Stream("WatchChanges", this, &Impl::WatchChanges);
  }

  void Notify(const v1::Cursor& head) { hub_.Notify(head); }
  void Committed() { hub_.Committed(); }

 private:
  absl::Status GetFeedHead(const rpc::Context& context, const v1::GetFeedHeadRequest& /*request*/,
                           v1::GetFeedHeadResponse& response) {
    return database_.Read(context.deadline, [&](sql::Transaction& tx) -> absl::Status {
      WICI_ASSIGN_OR_RETURN(*response.mutable_head(), FeedHead(tx));
      return absl::OkStatus();
    });
  }

  absl::Status ReadChanges(const rpc::Context& context, const v1::ReadChangesRequest& request,
                           v1::ReadChangesResponse& response) {
    Violations violations;
    violations.RequireRange("limit", request.limit(), 0, kLimitMax);
    WICI_RETURN_IF_ERROR(violations.ToStatus(kFeedDomain));
    const std::int32_t limit = request.limit() == 0 ? kLimitDefault : request.limit();
    return database_.Read(context.deadline, [&](sql::Transaction& tx) -> absl::Status {
      response.Clear();
      WICI_ASSIGN_OR_RETURN(std::vector<v1::Change> changes,
                            feed::ReadChanges(tx, request.after(), limit));
      if (changes.empty()) {
        WICI_ASSIGN_OR_RETURN(*response.mutable_next(), FeedHead(tx));
        return absl::OkStatus();
      }
      *response.mutable_next() = changes.back().cursor();
      response.mutable_changes()->Reserve(static_cast<int>(changes.size()));
      for (v1::Change& change : changes) *response.add_changes() = std::move(change);
      return absl::OkStatus();
    });
  }

  absl::Status WatchChanges(const rpc::Context& /*context*/, const v1::WatchChangesRequest& request,
                            std::shared_ptr<rpc::StreamWriter> writer,
                            const v1::WatchChangesResponse* /*type*/) {
    WICI_RETURN_IF_ERROR(ValidateWatch(request));
    hub_.Add(request, std::move(writer));
    return absl::OkStatus();
  }

  sql::Database& database_;
  WatchHub hub_;
};

FeedService::FeedService(sql::Database& database, const Clock& clock)
    : impl_(std::make_unique<Impl>(database, clock)) {}

FeedService::~FeedService() = default;

void FeedService::Register(rpc::Server& server) { impl_->Register(server); }

void FeedService::Notify(const v1::Cursor& head) { impl_->Notify(head); }

void FeedService::Committed() { impl_->Committed(); }

}  // namespace wici::feed
