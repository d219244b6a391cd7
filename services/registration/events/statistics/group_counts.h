// The statistics of an event by groups of its people: by category, cluster, label and region. Not
// thread-safe; no I/O.
//
// Clusters, labels and regions of invited people are those of the reasons for which they were
// invited, frozen when the invitation was made. So an event keeps its figures when a label ends. Of
// others labels and regions are known where somebody of their cluster was invited for these: they
// count as the cluster does.
#ifndef WICI_SERVICES_REGISTRATION_EVENTS_STATISTICS_GROUP_COUNTS_H_
#define WICI_SERVICES_REGISTRATION_EVENTS_STATISTICS_GROUP_COUNTS_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "wici/registration/v1/event_service.pb.h"
#include "wici/registration/v1/invitation.pb.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

// A group of fewer people is hidden: counts of so few say something about each of them.
inline constexpr std::int32_t kGroupSizeMin = 5;
inline constexpr int kGroupsMax = 1000;  // of each kind

// The label or region that a predicate of an audience names, in its words ("label labelSchemes/esca
// BRONZE EXACT on 2015-12-18", "region NUTS 2013 PL12 (regions/mazovia)"); kind UNSPECIFIED for
// another predicate.
struct Facet {
  v1::StatisticsGroup::Kind kind = v1::StatisticsGroup::KIND_UNSPECIFIED;
  std::string key;
};
Facet FacetOf(std::string_view predicate);

class GroupCounts {
 public:
  // Counts an invitation, unless revoked; `made` is the registration made with it, or nullptr.
  void Add(const v1::Invitation& invitation, const v1::Registration* made);
  // Counts a registration by its category and cluster, if it holds a seat; and, unless it was made
  // by an invited person with their invitation, by the labels and regions of the cluster. After all
  // invitations.
  void Add(const v1::Registration& registration);
  // Adds the groups. Unless `all` are to be seen, small ones are hidden; and where only one of a
  // kind would be, the smallest of the others too, since else the total gives it away.
  void Fill(bool all, v1::EventStatistics& statistics) const;

 private:
  using Kind = v1::StatisticsGroup::Kind;
  v1::StatisticsGroup& At(Kind kind, const std::string& key);

  using Facets = std::set<std::pair<Kind, std::string>>;

  std::map<std::pair<Kind, std::string>, v1::StatisticsGroup> groups_;
  std::map<std::string, Facets> of_cluster_;  // labels and regions for which some were invited
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_EVENTS_STATISTICS_GROUP_COUNTS_H_
