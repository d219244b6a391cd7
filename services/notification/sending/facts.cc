#include "services/notification/sending/facts.h"

#include "libs/base/status_macros.h"
#include "services/notification/sending/contact_mail.h"
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
  Names subscriptions;
  for (const ClaimedDelivery& delivery : deliveries) {
    if (IsToContact(delivery)) {
      subscriptions.insert(delivery.person);
      continue;
    }
    persons.insert(delivery.person);
    events.insert(delivery.event);
    if (delivery.resource != delivery.event) resources.insert(delivery.resource);
    if (FindBuiltIn(delivery.template_name) == nullptr) versions.insert(delivery.template_name);
  }
  Facts facts;
  if (!versions.empty()) {
    WICI_ASSIGN_OR_RETURN(facts.texts_, store.GetTemplateTexts(deadline, versions));
  }
  if (!subscriptions.empty()) {
    WICI_ASSIGN_OR_RETURN(facts.subscriptions_, store.GetSubscriptions(deadline, subscriptions));
  }
  WICI_ASSIGN_OR_RETURN(facts.events_, peers.GetEvents(events));
  WICI_ASSIGN_OR_RETURN(facts.links_, peers.GetLinks(resources));
  WICI_ASSIGN_OR_RETURN(facts.persons_, peers.GetContactPoints(persons));
  return facts;
}

MessageFacts Facts::Of(const ClaimedDelivery& delivery) const {
  return {.subject = FindFact(events_, delivery.event),
          .person = FindFact(persons_, delivery.person),
          .links = FindFact(links_, delivery.resource),
          .texts = FindFact(texts_, delivery.template_name),
          .subscription = FindFact(subscriptions_, delivery.person)};
}

}  // namespace wici::notification
