#include "services/registration/seats/history/history.h"

#include <atomic>
#include <chrono>
#include <future>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "services/registration/names.h"
#include "services/registration/registrations/expiry/expiry_sweep.h"

namespace wici::registration {
namespace {

// So short that many run out while the clients are busy.
constexpr absl::Duration kHold = absl::Milliseconds(20);

std::int64_t Nanos() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// One client: what it may do next follows from what it was told.
class Client {
 public:
  Client(const Workload& workload, RegistrationStore& store, int number, const Observer& observer)
      : workload_(workload),
        store_(store),
        number_(number),
        observer_(observer),
        random_(workload.seed * 1000 + static_cast<unsigned>(number)) {}

  std::vector<Recorded> Run() {
    for (int i = 0; i < workload_.calls_per_client; ++i) {
      if (own_.empty() || random_() % 2 == 0) {
        Register(i);
      } else {
        TakeStep(i, own_[random_() % own_.size()]);
      }
    }
    return std::move(calls_);
  }

 private:
  Recorded NewCall(int i) const {
    Recorded call;
    call.id = absl::StrCat(workload_.run, "-", number_, "-", i);
    return call;
  }

  void Register(int i) {
    Recorded call = NewCall(i);
    NewRegistration added;
    added.id = absl::StrCat(IdOf(workload_.event), "-", call.id);
    added.person.emplace();
    added.person_id = absl::StrCat("persons/", added.id);
    added.active_key = added.id;
    call.registration = RegistrationName(workload_.event, added.id);
    if (!workload_.categories.empty()) {
      const std::size_t chosen = random_() % (workload_.categories.size() + 1);
      if (chosen > 0) call.category = workload_.categories[chosen - 1];
    }
    for (const std::string& session : workload_.sessions) {
      if (random_() % 4 == 0) call.sessions.push_back(session);
    }
    added.facts.set_admission_category(call.category);
    *added.facts.mutable_sessions() = {call.sessions.begin(), call.sessions.end()};
    call.hold = random_() % 5 == 0;
    if (call.hold) added.hold = kHold;
    if (Call(std::move(added), call)) own_.push_back(call.registration);
  }

  void TakeStep(int i, const std::string& name) {
    RegistrationStep step{name, Step::kCancel, "cancelled"};
    const auto dice = random_() % 6;
    if (dice == 1 || dice == 2) return PassDoor(i, name, dice == 1);
    if (dice == 3) step = {name, Step::kComplete, "confirmed"};
    if (dice == 4) step = {name, Step::kAccept, "confirmed"};
    Recorded call = NewCall(i);
    call.registration = name;
    call.kind = absl::StrCat("registration.", View(step.kind));
    Call(std::move(step), call);
  }

  void PassDoor(int i, const std::string& name, bool in) {
    Recorded call = NewCall(i);
    call.registration = name;
    call.kind = in ? "registration.checked_in" : "registration.check_in_undone";
    Call(DoorStep{.name = name,
                  .list = workload_.event,
                  .direction = in ? v1::SCAN_DIRECTION_ENTRY : v1::SCAN_DIRECTION_UNDO,
                  .gate = "main"},
         call);
  }

  template <class What>
  bool Call(What what, Recorded& call) {
    SeatOp op;
    op.event = workload_.event;
    op.what = std::move(what);
    std::promise<void> done;
    call.invoked = Nanos();
    if (observer_) observer_(call);
    store_.Submit(absl::Now() + absl::Seconds(60), std::move(op),
                  [&](SeatOp& finished, const absl::Status& status) {
                    const absl::Status& result = status.ok() ? finished.status : status;
                    call.state = finished.registration.state();
                    if (!result.ok()) {
                      call.refused = ErrorReason(result);
                      if (call.refused.empty()) call.refused = result.ToString();
                    }
                    done.set_value();
                  });
    done.get_future().wait();
    call.returned = Nanos();
    if (observer_) observer_(call);
    calls_.push_back(call);
    return call.refused.empty();
  }

  const Workload& workload_;
  RegistrationStore& store_;
  const int number_;
  const Observer& observer_;
  std::mt19937 random_;
  std::vector<std::string> own_;
  std::vector<Recorded> calls_;
};

}  // namespace

std::string ToLine(const Recorded& call) {
  std::string refused = call.refused;
  for (char& c : refused) c = c == '\n' || c == '\t' ? ' ' : c;
  return absl::StrCat(call.id, "\t", call.invoked, "\t", call.returned, "\t", call.kind, "\t",
                      call.registration, "\t", call.category, "\t",
                      absl::StrJoin(call.sessions, ","), "\t", call.hold ? 1 : 0, "\t",
                      static_cast<int>(call.state), "\t", refused);
}

Recorded FromLine(std::string_view line) {
  const std::vector<std::string> words = absl::StrSplit(View(line), '\t');
  Recorded call;
  if (words.size() != 10) return call;  // the writer was killed within it
  int state = 0;
  call.id = words[0];
  if (!absl::SimpleAtoi(words[1], &call.invoked) || !absl::SimpleAtoi(words[2], &call.returned) ||
      !absl::SimpleAtoi(words[8], &state)) {
    return {};
  }
  call.kind = words[3];
  call.registration = words[4];
  call.category = words[5];
  if (!words[6].empty()) call.sessions = absl::StrSplit(words[6], ',');
  call.hold = words[7] == "1";
  call.state = static_cast<v1::RegistrationState>(state);
  call.refused = words[9];
  return call;
}

std::vector<Recorded> RunClients(const Workload& workload,
                                 const std::vector<RegistrationStore*>& stores, const Clock& clock,
                                 const Observer& observer) {
  std::vector<std::unique_ptr<ExpirySweep>> sweeps;
  for (RegistrationStore* store : stores) {
    ExpirySweepOptions options;
    options.interval = absl::Milliseconds(5);
    sweeps.push_back(std::make_unique<ExpirySweep>(*store, nullptr, clock, clock, options));
    sweeps.back()->Start();
  }
  std::vector<std::future<std::vector<Recorded>>> clients;
  for (int i = 0; i < workload.clients; ++i) {
    RegistrationStore& store = *stores[static_cast<std::size_t>(i) % stores.size()];
    clients.push_back(std::async(std::launch::async, [&workload, &store, &observer, i] {
      return Client(workload, store, i, observer).Run();
    }));
  }
  std::vector<Recorded> calls;
  for (auto& client : clients) {
    for (Recorded& call : client.get()) calls.push_back(std::move(call));
  }
  return calls;
}

}  // namespace wici::registration
