// The facts that messages are made of, asked for many deliveries at once.
#ifndef WICI_SERVICES_NOTIFICATION_SENDING_FACTS_H_
#define WICI_SERVICES_NOTIFICATION_SENDING_FACTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "services/notification/deliveries/store.h"
#include "services/notification/peers/peers.h"
#include "services/notification/sending/message.h"

namespace wici::notification {

class Facts {
 public:
  // Asks the services that own people, events and links, and the store for the texts of templates
  // of organisations and for the subscriptions whose contacts are told of something. Errors are
  // those of the peers and of the store.
  static absl::StatusOr<Facts> Find(Peers& peers, Store& store,
                                    absl::Span<const ClaimedDelivery> deliveries,
                                    absl::Time deadline);

  // Those of one of the deliveries; valid as long as this object.
  MessageFacts Of(const ClaimedDelivery& delivery) const;

  // What a digest lists: what was collected and is still true, in the order in which it came.
  std::vector<ShortMessage> DigestOf(const ClaimedDelivery& digest, const Sender& sender,
                                     absl::Time now) const;

 private:
  // Who of the receivers of `deliveries` and of what digests list takes part, where that matters.
  absl::Status FindTakingPart(Peers& peers, absl::Span<const ClaimedDelivery> deliveries);

  std::map<std::string, Subject> events_;
  std::map<std::string, people::v1::ContactPoint> persons_;
  std::map<std::string, registration::v1::Links> links_;
  std::map<std::string, TemplateTexts> texts_;
  std::map<std::string, v1::Subscription> subscriptions_;
  std::map<std::string, std::vector<ClaimedDelivery>> items_;  // by digest
  // Of those asked for, by event and person.
  std::map<std::string, Participations> taking_part_;  // by event
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_SENDING_FACTS_H_
