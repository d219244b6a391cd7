// The scheduler on the public instances of M. Bofill et al., JAIR 74 (2022). They are no part of
// the sources: WICI_B2B_DATA names their folder, else ../shared/data/b2b is looked for.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/meetings/scheduling/local_search.h"
#include "services/registration/meetings/scheduling/testing/b2b_instance.h"
#include "services/registration/meetings/scheduling/testing/schedule_checker.h"

namespace wici::registration {
namespace {

using ::testing::IsEmpty;

std::filesystem::path Folder() {
  const char* named = std::getenv("WICI_B2B_DATA");
  return named != nullptr ? named : "../shared/data/b2b";
}

// Every published instance of the class has a schedule (table 5 of the paper).
TEST(B2bTest, EveryOriginalInstanceGetsASchedule) {
  if (!std::filesystem::exists(Folder() / "original"))
    GTEST_SKIP() << "the published instances are not part of this repository: set WICI_B2B_DATA to "
                    "their folder; there are none in "
                 << Folder();
  int instances = 0;
  for (const auto& file : std::filesystem::directory_iterator(Folder() / "original")) {
    const auto problem = B2bInstance::Read(file.path());
    ASSERT_TRUE(problem) << file.path();
    const MeetingSchedule schedule = LocalSearchScheduler().Schedule(*problem, {100'000, 1});
    EXPECT_THAT(FaultsOf(*problem, schedule.slot_of), IsEmpty()) << file.path();
    EXPECT_THAT(schedule.obstacles, IsEmpty()) << file.path();
    RecordProperty(file.path().stem().string(), schedule.breaks);
    ++instances;
  }
  EXPECT_EQ(instances, 20);
}

}  // namespace
}  // namespace wici::registration
