// An event, two stores on one database, and the check of what happened.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_FIXTURE_H_
#define WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_FIXTURE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/sql/migrate.h"
#include "libs/testing/database_fixture.h"
#include "services/registration/migrations.h"
#include "services/registration/mutation.h"
#include "services/registration/seats/history/check_history.h"
#include "services/registration/seats/history/history.h"
#include "wici/registration/v1/event.pb.h"

namespace wici::registration {

class HistoryTest : public testing::DatabaseTest {
 protected:
  absl::Span<const sql::Migration> Schema() const override { return Migrations(); }
  void SetUp() override;

  sql::Database& second_database() { return *second_database_; }

  // An event with what is in it.
  struct Shape {
    std::int64_t capacity = 40;
    std::int64_t waiting = 100;
    std::map<std::string, std::int64_t> categories = {};  // id -> quota
    std::map<std::string, std::int64_t> sessions = {};    // id -> capacity
    std::map<std::string, VoucherLimit> vouchers = {};    // id -> what it allows, by category id
    bool several = false;
    bool groups = false;
    std::set<std::string> approval = {};         // categories that ask for it
    std::map<std::string, int> priorities = {};  // of the waiting list, by category id
    bool resize = false;                         // the capacity changes meanwhile
    bool resize_quotas = false;                  // and the sizes of categories and sessions
    absl::Duration offer = absl::ZeroDuration();
    v1::OfferExpiry offer_expiry = v1::OFFER_EXPIRY_END;
  };
  struct Opened {
    Workload workload;
    Limits limits;
  };

  // Publishes a new event.
  Opened Open(const Shape& shape, const std::string& id, unsigned seed);

  // Runs clients on a new event over two stores and returns the faults.
  std::vector<std::string> RunAndCheck(const Shape& shape, unsigned seed) {
    return RunAndCheck(shape, seed, database(), second_database());
  }
  // The stores see the database through `one` and `other`.
  std::vector<std::string> RunAndCheck(const Shape& shape, unsigned seed, sql::Database& one,
                                       sql::Database& other);

  // The faults of what has happened, with those of the rows it has left.
  std::vector<std::string> Check(const Opened& opened, const std::vector<Recorded>& calls);

  // The changes of an event in their order.
  std::vector<feed::v1::Change> ChangesOf(const std::string& event);

 private:
  void OpenEvent(const Shape& shape, const std::string& name);
  void LetCapacityChange(std::int64_t capacity, Workload& workload);
  void LetQuotasChange(const Limits& limits, Workload& workload);
  void AddVoucher(const std::string& id, VoucherLimit limit, Opened& opened);
  absl::Time StartTime() const { return start_; }
  Call NewCall() const { return {{}, clock_.Now() + absl::Seconds(10)}; }

  const SystemClock clock_;
  const absl::Time start_ = absl::Now() + absl::Hours(24);
  SystemIdSource ids_;
  std::unique_ptr<sql::Database> second_database_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_HISTORY_HISTORY_FIXTURE_H_
