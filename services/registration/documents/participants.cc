#include "services/registration/documents/participants.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/base/violations.h"
#include "services/registration/errors.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/party.h"

namespace wici::registration {
namespace {

constexpr std::size_t kParticipantsPage = 500;
constexpr std::string_view kContactPattern = "clusters/*/contacts/*";

}  // namespace

rpc::Context Participants::ForPage(const rpc::Context& context) const {
  rpc::Context page = context;
  page.deadline = std::min(context.deadline, machine_.Now() + kPageTime);
  return page;
}

absl::Status Participants::ReadAll(const rpc::Context& context, std::string_view event,
                                   const Check& check, const Take& take) {
  std::string after;
  for (bool more = true; more;) {
    WICI_ASSIGN_OR_RETURN(std::vector<v1::Registration> page,
                          registrations_.List(ForPage(context).deadline, event, after, {},
                                              static_cast<std::int64_t>(kParticipantsPage)));
    more = page.size() == kParticipantsPage;
    if (more) after = IdOf(page.back().name());
    std::vector<Participant> people;
    for (v1::Registration& registration : page) {
      if (!check(registration).ok()) continue;
      people.emplace_back().registration = std::move(registration);
    }
    if (!people.empty()) WICI_RETURN_IF_ERROR(take(std::move(people)));
  }
  return absl::OkStatus();
}

absl::Status Participants::ReadNamed(const rpc::Context& context,
                                     const google::protobuf::RepeatedPtrField<std::string>& names,
                                     const Check& check, const Take& take) {
  WICI_ASSIGN_OR_RETURN(
      const std::vector<v1::Registration> found,
      registrations_.BatchGet(ForPage(context).deadline, {names.begin(), names.end()}));
  std::map<std::string_view, const v1::Registration*> by_name;
  for (const v1::Registration& registration : found) by_name[registration.name()] = &registration;
  std::vector<Participant> people;
  for (const std::string& name : names) {
    const auto at = by_name.find(name);
    if (at == by_name.end()) return RegistrationNotFoundError(name);
    WICI_RETURN_IF_ERROR(check(*at->second));
    people.emplace_back().registration = *at->second;
  }
  for (std::size_t begin = 0; begin < people.size(); begin += kParticipantsPage) {
    const std::size_t end = std::min(people.size(), begin + kParticipantsPage);
    WICI_RETURN_IF_ERROR(take({people.begin() + static_cast<std::ptrdiff_t>(begin),
                               people.begin() + static_cast<std::ptrdiff_t>(end)}));
  }
  return absl::OkStatus();
}

absl::Status Participants::AddNames(const rpc::Context& context, std::string_view purpose,
                                    std::vector<Participant>& people) {
  const rpc::Context page = ForPage(context);
  WICI_RETURN_IF_ERROR(AddOwn(page, people));
  WICI_RETURN_IF_ERROR(AddContacts(page, purpose, people));
  return AddClusters(page, people);
}

absl::Status Participants::AddOwn(const rpc::Context& context, std::vector<Participant>& people) {
  std::vector<std::string> ids;
  for (const Participant& participant : people) {
    if (!MatchesResourcePattern(participant.registration.person(), kContactPattern)) {
      ids.push_back(participant.registration.person());
    }
  }
  if (ids.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const std::vector<PersonRow> rows, persons_.Get(context.deadline, ids));
  std::unordered_map<std::string_view, const PersonRow*> by_id;
  for (const PersonRow& row : rows) by_id[row.id] = &row;
  for (Participant& participant : people) {
    const auto at = by_id.find(participant.registration.person());
    if (at == by_id.end()) continue;
    const v1::PersonDetails& person = at->second->person;
    participant.display_name = absl::StrCat(person.given_name(), " ", person.family_name());
    participant.organisation = person.organisation();
    participant.email = person.email();
    participant.language = person.language();
  }
  return absl::OkStatus();
}

absl::Status Participants::AddContacts(const rpc::Context& context, std::string_view purpose,
                                       std::vector<Participant>& people) {
  std::vector<std::string> ids;
  for (const Participant& participant : people) {
    if (MatchesResourcePattern(participant.registration.person(), kContactPattern)) {
      ids.push_back(participant.registration.person());
    }
  }
  if (ids.empty()) return absl::OkStatus();
  WICI_ASSIGN_OR_RETURN(const std::vector<people::v1::ContactPoint> points,
                        registry_.GetContactPoints(context, ids, purpose));
  std::unordered_map<std::string_view, const people::v1::ContactPoint*> by_id;
  for (const people::v1::ContactPoint& point : points) by_id[point.person()] = &point;
  for (Participant& participant : people) {
    const auto at = by_id.find(participant.registration.person());
    if (at == by_id.end()) continue;
    participant.display_name = at->second->display_name();
    participant.email = at->second->email();
    participant.language = at->second->language();
  }
  return absl::OkStatus();
}

absl::Status Participants::AddClusters(const rpc::Context& context,
                                       std::vector<Participant>& people) {
  // What people wrote themselves stands as it is.
  const auto lacks = [](const Participant& participant) {
    return participant.organisation.empty() && !participant.display_name.empty();
  };
  std::set<std::string> names;
  for (const Participant& participant : people) {
    if (lacks(participant)) names.insert(ClusterOf(participant.registration));
  }
  names.erase("");
  if (names.empty()) return absl::OkStatus();
  const std::vector<std::string> asked(names.begin(), names.end());
  WICI_ASSIGN_OR_RETURN(const std::vector<cluster_registry::v1::Cluster> clusters,
                        registry_.GetClusters(context, asked));
  std::unordered_map<std::string_view, const cluster_registry::v1::Cluster*> by_name;
  for (const cluster_registry::v1::Cluster& cluster : clusters) by_name[cluster.name()] = &cluster;
  for (Participant& participant : people) {
    if (!lacks(participant)) continue;
    const auto at = by_name.find(ClusterOf(participant.registration));
    if (at != by_name.end()) participant.organisation = at->second->display_name();
  }
  return absl::OkStatus();
}

}  // namespace wici::registration
