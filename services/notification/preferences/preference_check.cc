#include "services/notification/preferences/preference_check.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "libs/base/status_macros.h"
#include "services/notification/deliveries/ledger_rows.h"
#include "services/notification/intake/rules/bounce.h"
#include "services/notification/preferences/preference_rows.h"
#include "services/notification/preferences/queries.h"
#include "services/notification/preferences/suppression_store.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/template_store.h"

namespace wici::notification {
namespace {

// "c1" of "consents/c1", "" of what is about something else.
std::string ConsentAskedAbout(const ClaimedDelivery& delivery) {
  constexpr std::string_view kConsents = "consents/";
  const std::string& resource = delivery.resource;
  return resource.rfind(kConsents, 0) == 0 ? resource.substr(kConsents.size()) : "";
}

using Keys = std::vector<std::vector<sql::Value>>;

// What the tables say of everybody concerned.
struct Found {
  std::map<std::string, v1::Preferences> preferences;                // by person
  std::map<std::pair<std::string, std::int64_t>, bool> consents;     // by person and purpose
  std::map<std::string, std::vector<v1::Suppression>> suppressions;  // by address
};

absl::Status FindChoices(sql::Transaction& tx, absl::Span<const SendIntent> intents, Found& found) {
  Keys persons;
  Keys purposes;
  for (const SendIntent& intent : intents) {
    persons.push_back({intent.person});
    purposes.push_back({intent.person, static_cast<std::int64_t>(intent.purpose)});
  }
  WICI_ASSIGN_OR_RETURN(const sql::Rows preferences,
                        tx.SelectMany(queries::kGetManyPreferences, "", persons));
  for (const sql::Row& row : preferences) found.preferences[row.Text(0)] = ReadPreferences(row);
  WICI_ASSIGN_OR_RETURN(const sql::Rows consents,
                        tx.SelectMany(queries::kGetConsentStates, "", purposes));
  for (const sql::Row& row : consents) found.consents[{row.Text(0), row.Int(1)}] = row.Bool(2);
  return absl::OkStatus();
}

absl::Status FindSuppressions(sql::Transaction& tx, absl::Span<const SendIntent> intents,
                              Found& found) {
  Keys addresses;
  for (const SendIntent& intent : intents) {
    if (intent.address_hash.empty()) continue;
    addresses.push_back({intent.address_hash, static_cast<std::int64_t>(intent.channel)});
  }
  if (addresses.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.SelectMany(queries::kSuppressionsOfAddresses, "", addresses));
  for (const sql::Row& row : rows) {
    v1::Suppression suppression;
    suppression.set_cause(static_cast<v1::Suppression::Cause>(row.Int(1)));
    suppression.set_purpose(static_cast<v1::Purpose>(row.Int(2)));
    found.suppressions[row.Text(0)].push_back(std::move(suppression));
  }
  return absl::OkStatus();
}

SendFacts FactsOf(const SendIntent& intent, const Found& found) {
  SendFacts facts;
  facts.owner_consent = intent.owner_consent;
  if (const auto at = found.preferences.find(intent.person); at != found.preferences.end()) {
    facts.preferences = at->second;
  }
  const auto consent =
      found.consents.find({intent.person, static_cast<std::int64_t>(intent.purpose)});
  if (consent != found.consents.end()) facts.consent = consent->second;
  if (const auto at = found.suppressions.find(intent.address_hash);
      at != found.suppressions.end()) {
    facts.suppressions = at->second;
  }
  return facts;
}

// Templates of organisations, by what deliveries name.
using Templates = std::map<std::string, TemplateTexts>;

absl::StatusOr<Templates> FindOwnTemplates(sql::Transaction& tx,
                                           absl::Span<const Candidate> candidates) {
  std::set<std::string> names;
  for (const Candidate& candidate : candidates) {
    const std::string& name = candidate.delivery->template_name;
    if (FindBuiltIn(name) == nullptr) names.insert(name);
  }
  if (names.empty()) return Templates();
  return FindTemplateTexts(tx, names);
}

SendIntent IntentOf(const ClaimedDelivery& delivery, std::string_view recipient,
                    const Templates& templates, const MailKeys& keys) {
  SendIntent intent;
  intent.delivery_id = delivery.id;
  intent.notification_id = delivery.notification_id;
  intent.person = delivery.person;
  const v1::Template* built_in = FindBuiltIn(delivery.template_name);
  const auto own = templates.find(delivery.template_name);
  if (built_in != nullptr) intent.purpose = built_in->purpose();
  if (own != templates.end()) intent.purpose = own->second.purpose;
  intent.channel = delivery.channel;
  if (OwnerKeepsConsents(delivery.person)) intent.owner_consent = true;
  if (delivery.channel == v1::CHANNEL_SMS) intent.address_hash = keys.NumberHash(recipient);
  if (delivery.channel != v1::CHANNEL_EMAIL) return intent;
  const absl::StatusOr<Mailbox> mailbox = Mailbox::Parse(recipient);
  if (mailbox.ok()) intent.address_hash = keys.AddressHash(*mailbox);
  return intent;
}

// Nobody is asked to confirm what is confirmed, or was withdrawn, by now.
absl::Status StopSettledQuestions(sql::Transaction& tx, absl::Span<const Candidate> candidates,
                                  std::vector<Verdict>& verdicts) {
  std::map<std::string, bool> open;  // by the id of the consent
  for (const Candidate& candidate : candidates) {
    const std::string id = ConsentAskedAbout(*candidate.delivery);
    if (!id.empty()) open[id] = false;
  }
  if (open.empty()) return absl::OkStatus();
  Keys keys;
  for (const auto& [id, is_open] : open) keys.push_back({id});
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.SelectMany(queries::kFindOpenConsents, queries::kStillOpenSuffix, keys));
  for (const sql::Row& row : rows) open[row.Text(0)] = true;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const std::string id = ConsentAskedAbout(*candidates[i].delivery);
    if (id.empty() || open[id]) continue;
    verdicts[i] = {v1::DELIVERY_REASON_OVERTAKEN, std::nullopt};
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<SendDecision>> CheckSends(sql::Transaction& tx,
                                                     absl::Span<const SendIntent> intents,
                                                     absl::Time now) {
  std::vector<SendDecision> decisions;
  if (intents.empty()) return decisions;
  Found found;
  WICI_RETURN_IF_ERROR(FindChoices(tx, intents, found));
  WICI_RETURN_IF_ERROR(FindSuppressions(tx, intents, found));
  std::vector<std::vector<sql::Value>> addressed;
  for (const SendIntent& intent : intents) {
    decisions.push_back(MaySend(intent.purpose, intent.channel, FactsOf(intent, found), now));
    const bool goes_out = decisions.back().reason == v1::DELIVERY_REASON_UNSPECIFIED;
    // Nothing comes back to an SMS.
    const bool noted = !intent.address_hash.empty() && intent.channel == v1::CHANNEL_EMAIL;
    if (!goes_out || !noted) continue;
    addressed.push_back({intent.delivery_id, intent.notification_id, intent.person,
                         static_cast<std::int64_t>(intent.purpose), intent.address_hash, false});
  }
  if (addressed.empty()) return decisions;
  WICI_RETURN_IF_ERROR(
      tx.InsertMany(queries::kNoteAddresses, queries::kNoteAddressesSuffix, addressed).status());
  return decisions;
}

absl::StatusOr<std::vector<Verdict>> PreferenceCheck::Check(sql::Transaction& tx,
                                                            absl::Span<const Candidate> candidates,
                                                            absl::Time now) {
  WICI_ASSIGN_OR_RETURN(const Templates templates, FindOwnTemplates(tx, candidates));
  std::vector<SendIntent> intents;
  std::vector<std::size_t> places;  // of the intents among the candidates
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const ClaimedDelivery& delivery = *candidates[i].delivery;
    if (delivery.channel == v1::CHANNEL_WEBHOOK) continue;  // goes to no person
    places.push_back(i);
    intents.push_back(IntentOf(delivery, candidates[i].recipient, templates, keys_));
  }
  WICI_ASSIGN_OR_RETURN(const std::vector<SendDecision> decisions, CheckSends(tx, intents, now));
  std::vector<Verdict> verdicts(candidates.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    verdicts[places[i]] = {decisions[i].reason, decisions[i].wait_until};
  }
  WICI_RETURN_IF_ERROR(StopSettledQuestions(tx, candidates, verdicts));
  return verdicts;
}

absl::Status PreferenceCheck::Ended(sql::Transaction& tx, absl::Span<const AttemptRecord> records,
                                    absl::Time now, std::vector<feed::Change>& changes) {
  std::map<std::string, std::string> refused;  // status code by delivery
  std::vector<std::vector<sql::Value>> refused_keys;
  for (const AttemptRecord& record : records) {
    const bool hard = record.begun && record.delivery.channel == v1::CHANNEL_EMAIL &&
                      record.result.outcome == v1::ATTEMPT_OUTCOME_REJECTED &&
                      ClassifyBounce("failed", record.result.enhanced_code) == BounceKind::kHard;
    if (!hard) continue;
    refused[record.delivery.id] = record.result.enhanced_code;
    refused_keys.push_back({record.delivery.id});
  }
  if (refused.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.SelectMany(queries::kGetMailedAddresses, "", refused_keys));
  for (const sql::Row& row : rows) {
    v1::Suppression suppression;
    suppression.set_person(row.Text(2));
    suppression.set_channel(v1::CHANNEL_EMAIL);
    suppression.set_cause(v1::Suppression::CAUSE_HARD_BOUNCE);
    suppression.set_delivery(DeliveryName(row.Text(1), row.Text(0)));
    suppression.set_evidence(refused[row.Text(0)]);
    WICI_RETURN_IF_ERROR(
        AddSuppression(tx, changes, std::move(suppression), row.Text(3), ids_.NewId(), now)
            .status());
  }
  return absl::OkStatus();
}

}  // namespace wici::notification
