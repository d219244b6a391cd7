#include "services/registration/events/statistics/group_counts.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;

// "LABEL x 7/6/5/4" of kind, key, invited, answered, registered and came; "CLUSTER x -" hidden.
std::vector<std::string> Filled(const GroupCounts& counts, bool all) {
  v1::EventStatistics statistics;
  counts.Fill(all, statistics);
  std::vector<std::string> lines;
  for (const v1::StatisticsGroup& group : statistics.groups()) {
    const std::string kind = v1::StatisticsGroup::Kind_Name(group.kind()).substr(5);
    lines.push_back(absl::StrCat(kind, " ", group.key(), " ",
                                 group.hidden()
                                     ? "-"
                                     : absl::StrCat(group.invited(), "/", group.answered(), "/",
                                                    group.registered(), "/", group.came())));
  }
  return lines;
}

v1::Registration Seated(const std::string& party, bool came) {
  v1::Registration registration;
  registration.set_state(came ? v1::REGISTRATION_STATE_CHECKED_IN
                              : v1::REGISTRATION_STATE_CONFIRMED);
  if (came) registration.mutable_check_in_time();
  registration.set_person("persons/p");
  registration.set_party(party);
  return registration;
}

// `count` invitations of `cluster` for `predicate`.
void Invite(GroupCounts& counts, int count, const std::string& cluster,
            const std::string& predicate, const v1::Registration* made = nullptr) {
  for (int i = 0; i < count; ++i) {
    v1::Invitation invitation;
    invitation.set_state(v1::INVITATION_STATE_OPEN);
    invitation.add_clusters(cluster);
    v1::InvitationReason& reason = *invitation.add_reasons();
    reason.set_cluster(cluster);
    reason.add_predicates("role MANAGER");
    reason.add_predicates(predicate);
    if (made != nullptr) invitation.set_answer(v1::ANSWER_YES);
    counts.Add(invitation, made);
  }
}

TEST(FacetOfTest, LabelsAndRegionsAreReadFromThePredicates) {
  const Facet label = FacetOf("label labelSchemes/esca BRONZE EXACT on 2015-12-18 (VALID) DERIVED");
  EXPECT_EQ(label.kind, v1::StatisticsGroup::KIND_LABEL);
  EXPECT_EQ(label.key, "labelSchemes/esca BRONZE");
  const Facet region = FacetOf("region NUTS 2013 PL12 (regions/mazovia)");
  EXPECT_EQ(region.kind, v1::StatisticsGroup::KIND_REGION);
  EXPECT_EQ(region.key, "regions/mazovia");
  EXPECT_EQ(FacetOf("region regions/mazovia (within)").key, "regions/mazovia");
  EXPECT_EQ(FacetOf("region NUTS 2013 PL12").key, "NUTS 2013 PL12");
  for (const char* other :
       {"role MANAGER", "label", "region", "region NUTS", "special guest", ""}) {
    EXPECT_EQ(FacetOf(other).kind, v1::StatisticsGroup::KIND_UNSPECIFIED) << other;
  }
}

TEST(GroupCountsTest, PeopleAreCountedFromInvitationToAttendance) {
  GroupCounts counts;
  v1::Registration came = Seated("clusters/a", true);
  came.set_invitation("events/e/invitations/i");
  v1::Registration absent = Seated("clusters/a/members/m", false);
  absent.set_invitation("events/e/invitations/j");
  Invite(counts, 2, "clusters/a", "label labelSchemes/esca BRONZE EXACT");
  Invite(counts, 1, "clusters/a", "label labelSchemes/esca BRONZE EXACT", &came);
  Invite(counts, 1, "clusters/b", "region regions/mazovia", &absent);
  counts.Add(came);
  counts.Add(absent);
  v1::Registration cancelled = came;
  cancelled.set_state(v1::REGISTRATION_STATE_CANCELLED);
  counts.Add(cancelled);
  EXPECT_THAT(
      Filled(counts, true),
      ElementsAre("CATEGORY  0/0/2/1", "CLUSTER clusters/a 3/1/2/1", "CLUSTER clusters/b 1/1/0/0",
                  "LABEL labelSchemes/esca BRONZE 3/1/1/1", "REGION regions/mazovia 1/1/1/0"));
}

TEST(GroupCountsTest, WhoRegistersThemselvesCountsForTheLabelsTheirClusterIsKnownToHave) {
  GroupCounts counts;
  Invite(counts, 1, "clusters/a", "label labelSchemes/esca BRONZE EXACT");
  Invite(counts, 1, "clusters/a", "region regions/mazovia");
  counts.Add(Seated("clusters/a/members/m", true));
  counts.Add(Seated("clusters/b", false));
  counts.Add(Seated("", false));
  v1::Registration brought = Seated("", false);
  brought.set_person("clusters/a/contacts/m");
  brought.set_invitation("events/e/invitations/i");
  brought.set_plus_one(true);
  counts.Add(brought);
  v1::Registration invited = Seated("clusters/a", false);
  invited.set_invitation("events/e/invitations/i");
  counts.Add(invited);
  EXPECT_THAT(
      Filled(counts, true),
      ElementsAre("CATEGORY  0/0/5/1", "CLUSTER clusters/a 2/0/3/1", "CLUSTER clusters/b 0/0/1/0",
                  "LABEL labelSchemes/esca BRONZE 1/0/2/1", "REGION regions/mazovia 1/0/2/1"));
}

TEST(GroupCountsTest, ARevokedInvitationIsNotCounted) {
  GroupCounts counts;
  v1::Invitation revoked;
  revoked.set_state(v1::INVITATION_STATE_REVOKED);
  revoked.add_clusters("clusters/a");
  counts.Add(revoked, nullptr);
  EXPECT_THAT(Filled(counts, true), ElementsAre());
}

TEST(GroupCountsTest, SmallGroupsAreHiddenAndCannotBeWorkedOut) {
  GroupCounts counts;
  Invite(counts, 9, "clusters/a", "region regions/x");
  Invite(counts, 6, "clusters/b", "region regions/x");
  Invite(counts, 5, "clusters/c", "region regions/y");
  EXPECT_THAT(Filled(counts, false),
              ElementsAre("CLUSTER clusters/a 9/0/0/0", "CLUSTER clusters/b 6/0/0/0",
                          "CLUSTER clusters/c 5/0/0/0", "REGION regions/x 15/0/0/0",
                          "REGION regions/y 5/0/0/0"));
  // One small group: the total and the others would give it away, so another is hidden too.
  Invite(counts, 4, "clusters/d", "region regions/y");
  EXPECT_THAT(Filled(counts, false),
              ElementsAre("CLUSTER clusters/a 9/0/0/0", "CLUSTER clusters/b 6/0/0/0",
                          "CLUSTER clusters/c -", "CLUSTER clusters/d -",
                          "REGION regions/x 15/0/0/0", "REGION regions/y 9/0/0/0"));
  Invite(counts, 1, "clusters/e", "region regions/y");
  EXPECT_THAT(Filled(counts, false)[2], "CLUSTER clusters/c 5/0/0/0");
  EXPECT_THAT(Filled(counts, true)[4], "CLUSTER clusters/e 1/0/0/0");
}

TEST(GroupCountsTest, TheLargestThousandOfAKindAreShown) {
  GroupCounts counts;
  for (int i = 0; i < 1200; ++i) Invite(counts, 1, absl::StrCat("clusters/c", i), "role MANAGER");
  Invite(counts, 1, "clusters/c7", "role MANAGER");
  v1::EventStatistics statistics;
  counts.Fill(true, statistics);
  EXPECT_EQ(statistics.groups_size(), 1000);
  EXPECT_EQ(statistics.groups_left_out(), 200);
  EXPECT_EQ(statistics.groups(0).key(), "clusters/c7");
}

}  // namespace
}  // namespace wici::registration
