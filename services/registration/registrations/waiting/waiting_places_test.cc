// The places of those who wait, where many do.
#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/registration/testing/registration_fixture.h"

namespace wici::registration {
namespace {

using testing::IsOk;

class WaitingPlacesTest : public RegistrationTest {
 protected:
  // The first in, the others in three lines by turns.
  void RegisterMany(const std::string& event, int count) {
    const std::string press = AddCategory(event, "press", 10);
    const std::string guests = AddCategory(event, "guests", 10);
    v1::BatchCreateRegistrationsRequest request;
    request.set_parent(event);
    for (int i = 0; i < count; ++i) {
      v1::CreateRegistrationRequest& one = *request.add_requests();
      one = RequestFor("", absl::StrCat(i, "@x.org"));
      if (i % 3 > 0) one.mutable_registration()->set_admission_category(guests);
      if (i % 3 > 1) one.mutable_registration()->add_other_categories(press);
    }
    const auto made = BatchCreateRegistrations(request);
    ASSERT_THAT(made, IsOk());
    for (const auto& result : made->results()) ASSERT_TRUE(result.has_registration());
  }
  // The list of the event, page by page.
  std::vector<v1::Registration> WaitingList(const std::string& event) {
    std::vector<v1::Registration> all;
    v1::ListWaitingListRequest request;
    request.set_parent(event);
    request.set_page_size(250);
    do {
      const auto page = ListWaitingList(request);
      EXPECT_THAT(page, IsOk());
      if (!page.ok()) break;
      all.insert(all.end(), page->registrations().begin(), page->registrations().end());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return all;
  }
  static bool StandsIn(const v1::Registration& registration, const std::string& category) {
    const auto& others = registration.other_categories();
    return registration.admission_category() == category ||
           std::find(others.begin(), others.end(), category) != others.end();
  }
  // Everybody's place is that in the list, and some say so of themselves.
  void ExpectPlaces(const std::string& event, std::size_t count) {
    const std::vector<v1::Registration> list = WaitingList(event);
    ASSERT_EQ(list.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      const int place = static_cast<int>(i) + 1;
      ASSERT_EQ(list[i].waiting_list_position(), place);
      if (i % 50 > 2) continue;
      const auto one = GetRegistration(list[i].name());
      ASSERT_THAT(one, IsOk());
      EXPECT_EQ(one->waiting_list_position(), place);
      EXPECT_EQ(one->waiting_line_position(),
                std::count_if(list.begin(), list.begin() + place, [&](const v1::Registration& a) {
                  return StandsIn(a, one->admission_category());
                }));
    }
  }
  void Move(const std::string& name, int position) {
    v1::MoveOnWaitingListRequest request;
    request.set_name(name);
    request.set_position(position);
    request.set_reason("asked for");
    ASSERT_THAT(MoveOnWaitingList(request), IsOk());
  }
};
WICI_ON_EVERY_ENGINE(WaitingPlacesTest);

TEST_P(WaitingPlacesTest, TheyAreRightWhereTheLargerBlocksOfNumbersBegin) {
  for (const std::int64_t start : {1'000, 32'740}) {
    const std::string event = OpenEvent(1, 1000);
    constexpr sql::Query kStartAt{
        "start_at", "UPDATE event_seats SET next_waiting_number = $2 WHERE event = $1"};
    ASSERT_THAT(database().Write(machine_.Now() + absl::Seconds(10),
                                 [&](sql::Transaction& tx) {
                                   return tx.Execute(kStartAt, {event, start}).status();
                                 }),
                IsOk());
    RegisterMany(event, 101);
    ExpectPlaces(event, 100);
    const std::vector<v1::Registration> list = WaitingList(event);
    Move(list[90].name(), 5);
    ASSERT_THAT(CancelRegistration(list[10].name()), IsOk());
    ExpectPlaces(event, 99);
  }
}

TEST_P(WaitingPlacesTest, AmongManyTheyAreRightWhoeverLeavesMovesOrIsPromoted) {
  const std::string event = OpenEvent(1, 1000);
  RegisterMany(event, 701);
  ExpectPlaces(event, 700);

  const std::vector<v1::Registration> list = WaitingList(event);
  Move(list[600].name(), 290);
  Move(list[10].name(), 680);
  Move(list[650].name(), 1);
  ASSERT_THAT(CancelRegistration(list[270].name()), IsOk());
  ASSERT_THAT(CancelRegistration(list[699].name()), IsOk());
  ExpectPlaces(event, 698);

  v1::UpdateEventRequest more;
  more.mutable_event()->set_name(event);
  more.mutable_event()->set_capacity(41);
  more.mutable_update_mask()->add_paths("capacity");
  ASSERT_THAT(UpdateEvent(more), IsOk());
  const auto waiting = Get(event)->seats().waitlisted();
  EXPECT_LT(waiting, 698);
  ExpectPlaces(event, static_cast<std::size_t>(waiting));
}

}  // namespace
}  // namespace wici::registration
