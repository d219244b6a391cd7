// What came back to mails and SMS, in the database, and what follows from it.
#ifndef WICI_SERVICES_NOTIFICATION_INTAKE_INTAKE_STORE_H_
#define WICI_SERVICES_NOTIFICATION_INTAKE_INTAKE_STORE_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/mutation.h"
#include "services/notification/intake/rules/bounce.h"
#include "services/notification/people/person_data.h"
#include "wici/notification/v1/intake_service.pb.h"

namespace wici::notification {

// A bounce or complaint about the mail of a delivery.
struct BounceReport {
  std::string delivery_id;
  BounceKind kind = BounceKind::kNone;
  std::string status;  // the status code, or the type of the feedback
};

// Thread-safe; methods block.
class IntakeStore {
 public:
  // It outlives the store.
  explicit IntakeStore(feed::Mutation& mutation) : mutation_(mutation) {}

  // Notes it, once for each kind, and suppresses the address the mail went to where the rules say
  // so. The name of the suppression that holds because of it, or "". The ledger is not asked how
  // the delivery stands: a bounce may be faster than the record of its own sending. LINK_INVALID
  // for a mail that was never sent, or whose person was erased.
  template <class Response>
  absl::StatusOr<Response> TakeBounce(const feed::Call& call, const BounceReport& report) {
    const std::string id = mutation_.ids().NewId();
    return mutation_.Run<Response>(
        call, [&](sql::Transaction& tx, feed::Changes& changes) -> absl::StatusOr<Response> {
          Response response;
          WICI_ASSIGN_OR_RETURN(*response.mutable_suppression(),
                                Apply(tx, changes, report, id, mutation_.clock().Now()));
          return response;
        });
  }

  // `address_hash` is that of who answers. Whether it was news.
  absl::StatusOr<v1::ReportCalendarReplyResponse> TakeReply(
      const feed::Call& call, const v1::ReportCalendarReplyRequest& reply,
      const std::string& address_hash);

  // Suppresses a number (MailKeys::NumberHash) for every SMS.
  absl::StatusOr<v1::ReportSmsOptOutResponse> TakeSmsOptOut(const feed::Call& call,
                                                            const std::string& number_hash);

 private:
  static absl::StatusOr<std::string> Apply(sql::Transaction& tx, feed::Changes& changes,
                                           const BounceReport& report, std::string_view id,
                                           absl::Time now);

  feed::Mutation& mutation_;
};

// What of this people can have exported or erased: their answers to calendar entries.
class CalendarReplyData final : public PersonData {
 public:
  // "calendarReplies": the answers, by event.
  absl::Status Export(sql::Transaction& tx, std::string_view person,
                      google::protobuf::Struct& held) override;
  absl::StatusOr<bool> Erase(sql::Transaction& tx, std::string_view person, absl::Time now,
                             feed::Changes& changes) override;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_INTAKE_INTAKE_STORE_H_
