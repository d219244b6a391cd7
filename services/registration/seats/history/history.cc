#include "services/registration/seats/history/history.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <future>
#include <map>
#include <random>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/error.h"
#include "services/registration/names.h"

namespace wici::registration {
namespace {

// One client: what it may do next follows from what it was told.
class Client {
 public:
  Client(const Workload& workload, RegistrationStore& store, int number,
         std::atomic<std::int64_t>& ticks)
      : workload_(workload),
        store_(store),
        number_(number),
        ticks_(ticks),
        random_(workload.seed * 1000 + static_cast<unsigned>(number)) {}

  std::vector<Recorded> Run() {
    for (int i = 0; i < workload_.calls_per_client; ++i) {
      if (own_.empty() || random_() % 2 == 0) {
        Register(i);
      } else {
        TakeStep(own_[random_() % own_.size()]);
      }
    }
    return std::move(calls_);
  }

 private:
  void Register(int i) {
    NewRegistration added;
    added.id = absl::StrCat(IdOf(workload_.event), "-", number_, "-", i);
    added.person.emplace();
    added.person_id = absl::StrCat("persons/", added.id);
    added.active_key = added.id;
    const Recorded& call = Call(std::move(added), "");
    if (call.status.ok()) own_.push_back(call.registration);
  }

  void TakeStep(const std::string& name) {
    RegistrationStep step{name, Step::kCancel, "cancelled", "", ""};
    const auto dice = random_() % 4;
    if (dice == 1) step = {name, Step::kCheckIn, "checked_in", "", ""};
    if (dice == 2) step = {name, Step::kUndoCheckIn, "check_in_undone", "", ""};
    const std::string kind = absl::StrCat("registration.", std::string(step.kind));
    Call(std::move(step), kind);
  }

  template <class What>
  const Recorded& Call(What what, std::string kind) {
    Recorded call;
    call.kind = std::move(kind);
    SeatOp op;
    op.event = workload_.event;
    op.what = std::move(what);
    std::promise<void> done;
    call.invoked = ticks_.fetch_add(1);
    store_.Submit(absl::Now() + absl::Seconds(60), std::move(op),
                  [&](SeatOp& finished, const absl::Status& status) {
                    call.status = status.ok() ? finished.status : status;
                    call.registration = finished.registration.name();
                    call.state = finished.registration.state();
                    done.set_value();
                  });
    done.get_future().wait();
    call.returned = ticks_.fetch_add(1);
    calls_.push_back(std::move(call));
    return calls_.back();
  }

  const Workload& workload_;
  RegistrationStore& store_;
  const int number_;
  std::atomic<std::int64_t>& ticks_;
  std::mt19937 random_;
  std::vector<std::string> own_;
  std::vector<Recorded> calls_;
};

// The model: what the feed says, step by step.
class Replay {
 public:
  Replay(std::int64_t capacity, std::int64_t waiting_list_capacity,
         const std::vector<Recorded>& calls)
      : capacity_(capacity), waiting_capacity_(waiting_list_capacity) {
    for (const Recorded& call : calls) {
      if (call.status.ok()) {
        acknowledged_[call.registration].push_back(&call);
      } else {
        refused_.push_back(&call);
      }
    }
  }

  std::vector<std::string> Check(const std::vector<feed::v1::Change>& feed) {
    Remember(nullptr);
    for (const feed::v1::Change& change : feed) {
      if (change.kind().rfind("registration.", 0) != 0) continue;
      Apply(change);
      if (confirmed_ > capacity_) {
        Fault(change, absl::StrCat("oversold: ", confirmed_, " of ", capacity_));
      }
      if (!queue_.empty() && confirmed_ < capacity_ && !LastOfItsTransaction(feed, change))
        continue;
      if (!queue_.empty() && confirmed_ < capacity_) Fault(change, "a free seat beside a queue");
    }
    for (const auto& [name, calls] : acknowledged_) {
      if (!calls.empty()) faults_.push_back(absl::StrCat(name, ": acknowledged, not in the feed"));
    }
    for (const Recorded* call : refused_) CheckRefusal(*call);
    return std::move(faults_);
  }

 private:
  static bool LastOfItsTransaction(const std::vector<feed::v1::Change>& feed,
                                   const feed::v1::Change& change) {
    const auto next = static_cast<std::size_t>(&change - feed.data()) + 1;
    return next == feed.size() || feed[next].version() != change.version();
  }

  void Fault(const feed::v1::Change& change, std::string_view what) {
    faults_.push_back(absl::StrCat("change ", change.cursor().seq(), " ", change.kind(), " ",
                                   change.resource(), ": ", std::string(what)));
  }

  // The acknowledged call that made `change`, taken from those of its registration.
  const Recorded* Take(const feed::v1::Change& change, const std::string& kind) {
    std::deque<const Recorded*>& calls = acknowledged_[change.resource()];
    if (calls.empty() || calls.front()->kind != kind) {
      Fault(change, "nobody was told so");
      return nullptr;
    }
    const Recorded* call = calls.front();
    calls.pop_front();
    if (call->returned < latest_invocation_) {
      Fault(change, "took effect after its call had returned");
    }
    latest_invocation_ = std::max(latest_invocation_, call->invoked);
    return call;
  }

  void Apply(const feed::v1::Change& change) {
    const std::string& name = change.resource();
    v1::RegistrationState& state = states_[name];
    const Recorded* call = nullptr;
    if (change.kind() == "registration.promoted") {
      if (queue_.empty() || queue_.front() != name) Fault(change, "promoted out of turn");
      std::erase(queue_, name);
      state = v1::REGISTRATION_STATE_CONFIRMED;
      ++confirmed_;
    } else if (change.kind() == "registration.confirmed") {
      if (state != v1::REGISTRATION_STATE_UNSPECIFIED) Fault(change, "confirmed twice");
      if (!queue_.empty()) Fault(change, "overtook the queue");
      state = v1::REGISTRATION_STATE_CONFIRMED;
      ++confirmed_;
      call = Take(change, "");
    } else if (change.kind() == "registration.waitlisted") {
      if (state != v1::REGISTRATION_STATE_UNSPECIFIED) Fault(change, "waitlisted twice");
      if (queue_.empty() && confirmed_ < capacity_) Fault(change, "waitlisted beside a free seat");
      state = v1::REGISTRATION_STATE_WAITLISTED;
      queue_.push_back(name);
      call = Take(change, "");
    } else {
      call = ApplyStep(change, state);
    }
    if (call != nullptr && call->state != state) Fault(change, "the answer has another state");
    Remember(call);
  }

  const Recorded* ApplyStep(const feed::v1::Change& change, v1::RegistrationState& state) {
    Step step = Step::kCancel;
    if (change.kind() == "registration.checked_in") step = Step::kCheckIn;
    if (change.kind() == "registration.check_in_undone") step = Step::kUndoCheckIn;
    const auto next = Next(change.resource(), state, step);
    if (!next.ok()) {
      Fault(change, "not allowed in this state");
      return nullptr;
    }
    if (HoldsSeat(state) && !HoldsSeat(*next)) --confirmed_;
    if (state == v1::REGISTRATION_STATE_WAITLISTED) std::erase(queue_, change.resource());
    state = *next;
    return Take(change, change.kind());
  }

  // What the model looks like from now until the next change.
  struct Moment {
    bool full = false;
    std::int64_t from_earliest = 0;  // not before this
  };
  void Remember(const Recorded* call) {
    const bool full =
        confirmed_ >= capacity_ && static_cast<std::int64_t>(queue_.size()) >= waiting_capacity_;
    moments_.push_back({full, call == nullptr ? latest_invocation_ : call->invoked});
    ends_.push_back(call == nullptr ? INT64_MAX : call->returned);
  }

  // A refusal for want of seats needs a moment within its call when there was none.
  void CheckRefusal(const Recorded& call) {
    const std::string reason = ErrorReason(call.status);
    if (reason == "TRANSITION_NOT_ALLOWED" || reason == "ALREADY_CHECKED_IN") return;
    if (reason != "EVENT_FULL" && reason != "WAITING_LIST_FULL") {
      faults_.push_back(absl::StrCat("failed: ", call.status.ToString()));
      return;
    }
    for (std::size_t i = 0; i < moments_.size(); ++i) {
      const std::int64_t latest_end = i + 1 < ends_.size() ? ends_[i + 1] : INT64_MAX;
      if (moments_[i].full && moments_[i].from_earliest <= call.returned &&
          latest_end >= call.invoked) {
        return;
      }
    }
    faults_.push_back(absl::StrCat("refused with ", reason, " while there was room"));
  }

  const std::int64_t capacity_;
  const std::int64_t waiting_capacity_;
  std::map<std::string, std::deque<const Recorded*>> acknowledged_;
  std::vector<const Recorded*> refused_;
  std::map<std::string, v1::RegistrationState> states_;
  std::deque<std::string> queue_;
  std::int64_t confirmed_ = 0;
  std::int64_t latest_invocation_ = 0;
  std::vector<Moment> moments_;
  std::vector<std::int64_t> ends_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<Recorded> RunClients(const Workload& workload,
                                 const std::vector<RegistrationStore*>& stores) {
  std::atomic<std::int64_t> ticks = 1;
  std::vector<std::future<std::vector<Recorded>>> clients;
  for (int i = 0; i < workload.clients; ++i) {
    RegistrationStore& store = *stores[static_cast<std::size_t>(i) % stores.size()];
    clients.push_back(std::async(std::launch::async, [&workload, &store, &ticks, i] {
      return Client(workload, store, i, ticks).Run();
    }));
  }
  std::vector<Recorded> calls;
  for (auto& client : clients) {
    for (Recorded& call : client.get()) calls.push_back(std::move(call));
  }
  return calls;
}

std::vector<std::string> CheckHistory(std::int64_t capacity, std::int64_t waiting_list_capacity,
                                      const std::vector<Recorded>& calls,
                                      const std::vector<feed::v1::Change>& feed) {
  return Replay(capacity, waiting_list_capacity, calls).Check(feed);
}

}  // namespace wici::registration
