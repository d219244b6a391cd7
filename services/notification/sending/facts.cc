#include "services/notification/sending/facts.h"

#include <utility>
#include <variant>

#include "libs/base/status_macros.h"
#include "services/notification/sending/contact_mail.h"
#include "services/notification/sending/rules/takes_part.h"
#include "services/notification/templates/rules/built_in.h"

namespace wici::notification {
namespace {

template <class Map>
const typename Map::mapped_type* FindFact(const Map& map, const std::string& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

}  // namespace

absl::StatusOr<Facts> Facts::Find(Peers& peers, Store& store,
                                  absl::Span<const ClaimedDelivery> deliveries,
                                  absl::Time deadline) {
  Names persons;
  Names events;
  Names resources;
  Names versions;
  Names digests;
  Names subscriptions;
  const auto add = [&](const ClaimedDelivery& delivery) {
    if (IsToContact(delivery)) {
      subscriptions.insert(delivery.person);
      return;
    }
    persons.insert(delivery.person);
    if (FindBuiltIn(delivery.template_name) == nullptr) versions.insert(delivery.template_name);
    if (IsDigest(delivery)) digests.insert(delivery.resource);
    if (delivery.event.empty()) return;
    events.insert(delivery.event);
    if (delivery.resource != delivery.event) resources.insert(delivery.resource);
  };
  for (const ClaimedDelivery& delivery : deliveries) add(delivery);
  Facts facts;
  if (!digests.empty()) {
    WICI_ASSIGN_OR_RETURN(facts.items_, store.GetDigestItems(deadline, digests));
    for (const auto& [digest, items] : facts.items_) {
      for (const ClaimedDelivery& item : items) add(item);
    }
  }
  if (!versions.empty()) {
    WICI_ASSIGN_OR_RETURN(facts.texts_, store.GetTemplateTexts(deadline, versions));
  }
  if (!subscriptions.empty()) {
    WICI_ASSIGN_OR_RETURN(facts.subscriptions_, store.GetSubscriptions(deadline, subscriptions));
  }
  WICI_ASSIGN_OR_RETURN(facts.events_, peers.GetEvents(events));
  WICI_ASSIGN_OR_RETURN(facts.links_, peers.GetLinks(resources));
  WICI_ASSIGN_OR_RETURN(facts.persons_, peers.GetContactPoints(persons));
  WICI_RETURN_IF_ERROR(facts.FindTakingPart(peers, deliveries));
  return facts;
}

absl::Status Facts::FindTakingPart(Peers& peers, absl::Span<const ClaimedDelivery> deliveries) {
  std::map<std::string, Names> asked;  // by event
  const auto add = [&](const ClaimedDelivery& delivery) {
    const TemplateTexts* texts = FindFact(texts_, delivery.template_name);
    const v1::Template* built_in = FindBuiltIn(delivery.template_name);
    const v1::Purpose purpose = texts != nullptr      ? texts->purpose
                                : built_in != nullptr ? built_in->purpose()
                                                      : v1::PURPOSE_UNSPECIFIED;
    if (IsForParticipants(purpose, delivery)) asked[delivery.event].insert(delivery.person);
  };
  for (const ClaimedDelivery& delivery : deliveries) add(delivery);
  for (const auto& [digest, items] : items_) {
    for (const ClaimedDelivery& item : items) add(item);
  }
  if (asked.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(taking_part_, peers.GetParticipations(asked));
  return absl::OkStatus();
}

MessageFacts Facts::Of(const ClaimedDelivery& delivery) const {
  static const auto* const no_event = new Subject();
  MessageFacts facts = {
      .subject = delivery.event.empty() ? no_event : FindFact(events_, delivery.event),
      .person = FindFact(persons_, delivery.person),
      .links = FindFact(links_, delivery.resource),
      .texts = FindFact(texts_, delivery.template_name),
      .subscription = FindFact(subscriptions_, delivery.person)};
  if (const auto* taking_part = FindFact(taking_part_, delivery.event)) {
    const auto* state = FindFact(*taking_part, delivery.person);
    if (state != nullptr) facts.participation = *state;
  }
  return facts;
}

std::vector<ShortMessage> Facts::DigestOf(const ClaimedDelivery& digest, const Sender& sender,
                                          absl::Time now) const {
  std::vector<ShortMessage> messages;
  const auto items = items_.find(digest.resource);
  if (items == items_.end()) return messages;
  for (const ClaimedDelivery& item : items->second) {
    auto made = MakeShortMessage(item, Of(item), sender, now);
    if (auto* message = std::get_if<ShortMessage>(&made)) messages.push_back(std::move(*message));
  }
  return messages;
}

}  // namespace wici::notification
