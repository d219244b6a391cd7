// Handlers of wici.notification.v1.InboxService.
#ifndef WICI_SERVICES_NOTIFICATION_INBOX_INBOX_SERVICE_H_
#define WICI_SERVICES_NOTIFICATION_INBOX_INBOX_SERVICE_H_

#include <memory>

#include "absl/status/status.h"
#include "libs/rpc/context.h"
#include "libs/rpc/server.h"
#include "services/notification/inbox/inbox_store.h"
#include "services/notification/inbox/inbox_watch.h"
#include "wici/notification/v1/inbox_service.pb.h"

namespace wici::notification {

// Thread-safe.
class InboxService {
 public:
  // Both outlive the service.
  InboxService(InboxStore& store, InboxWatch& watch) : store_(store), watch_(watch) {}
  void Register(rpc::Server& server);

 private:
  absl::Status ListInboxItems(const rpc::Context& context, const v1::ListInboxItemsRequest& request,
                              v1::ListInboxItemsResponse& response);
  absl::Status WatchInboxItems(const rpc::Context& context,
                               const v1::WatchInboxItemsRequest& request,
                               std::shared_ptr<rpc::StreamWriter> writer,
                               const v1::WatchInboxItemsResponse* response);
  absl::Status MarkInboxItems(const rpc::Context& context, const v1::MarkInboxItemsRequest& request,
                              v1::MarkInboxItemsResponse& response);

  InboxStore& store_;
  InboxWatch& watch_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_INBOX_INBOX_SERVICE_H_
