#include "services/registration/registrations/rules/approvals.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::registration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

v1::RegistrationLog LogOf(const std::vector<std::pair<std::string, std::string>>& entries) {
  v1::RegistrationLog log;
  for (const auto& [kind, actor] : entries) {
    v1::RegistrationLogEntry& entry = *log.add_entries();
    entry.set_kind(kind);
    entry.set_actor(actor);
  }
  return log;
}

TEST(ApprovalsTest, EverybodyWhoApprovedCountsOnce) {
  EXPECT_THAT(Approvers(LogOf({})), IsEmpty());
  EXPECT_THAT(Approvers(LogOf({{"requested", "persons/p"},
                               {"approved", "users/b"},
                               {"approved", "users/a"},
                               {"approved", "users/b"}})),
              ElementsAre("users/a", "users/b"));
}

TEST(ApprovalsTest, WhatChangesTheDecisionBeginsItAnew) {
  EXPECT_THAT(Approvers(LogOf({{"requested", "persons/p"},
                               {"approved", "users/a"},
                               {"resubmitted", "persons/p"},
                               {"approved", "users/b"}})),
              ElementsAre("users/b"));
  EXPECT_THAT(Approvers(LogOf({{"requested", "persons/p"},
                               {"approved", "users/a"},
                               {"updated", "users/o"},
                               {"party_confirmed", "users/c"}})),
              ElementsAre("users/a"))
      << "a correction by the organiser does not";
}

}  // namespace
}  // namespace wici::registration
