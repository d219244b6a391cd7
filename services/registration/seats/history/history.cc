#include "services/registration/seats/history/history.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <iterator>
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
      if (number_ == 0 && (workload_.set_capacity || workload_.set_quota) && i % 3 == 2) {
        Resize(i);
      } else if (own_.empty() || random_() % 2 == 0) {
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
    if (workload_.groups && random_() % 6 == 0) return RegisterGroup(i);
    std::vector<Recorded> calls = {NewCall(i)};
    NewRegistration added = MakeRegistration(calls[0]);
    if (workload_.several && !calls[0].category.empty() && calls[0].voucher.empty() &&
        random_() % 3 == 0) {
      AddOthers(calls[0], added);
    }
    calls[0].hold = random_() % 5 == 0;
    if (calls[0].hold) added.hold = kHold;
    if (Call(std::move(added), calls)) own_.push_back(calls[0]);
  }

  void RegisterGroup(int i) {
    NewGroup group;
    std::vector<Recorded> calls;
    const std::int64_t size = 2 + static_cast<std::int64_t>(random_() % 3);
    for (std::int64_t member = 0; member < size; ++member) {
      Recorded call = NewCall(i);
      group.id = call.id;
      call.group = call.id;
      call.group_size = size;
      absl::StrAppend(&call.id, "-", member);
      group.members.push_back(MakeRegistration(call, calls.empty() ? nullptr : &calls[0]));
      calls.push_back(std::move(call));
    }
    if (!Call(std::move(group), calls)) return;
    own_.insert(own_.end(), calls.begin(), calls.end());
  }

  // Somebody new, in the category and with the voucher of `first` when they come in a group.
  NewRegistration MakeRegistration(Recorded& call, const Recorded* first = nullptr) {
    NewRegistration added;
    added.id = absl::StrCat(IdOf(workload_.event), "-", call.id);
    added.person.emplace();
    added.person_id = absl::StrCat("persons/", added.id);
    added.active_key = added.id;
    call.registration = RegistrationName(workload_.event, added.id);
    if (first != nullptr) {
      call.category = first->category;
      call.voucher = first->voucher;
    } else {
      ChooseCategory(call);
    }
    call.sessions = ChooseSessions();
    added.code_key = call.voucher;
    added.facts.set_admission_category(call.category);
    *added.facts.mutable_sessions() = {call.sessions.begin(), call.sessions.end()};
    return added;
  }

  std::vector<std::string> ChooseSessions() {
    std::vector<std::string> chosen;
    for (const std::string& session : workload_.sessions) {
      if (random_() % 4 == 0) chosen.push_back(session);
    }
    return chosen;
  }

  void ChooseCategory(Recorded& call) {
    if (!workload_.categories.empty()) {
      const std::size_t chosen = random_() % (workload_.categories.size() + 1);
      if (chosen > 0) call.category = workload_.categories[chosen - 1];
    }
    if (workload_.vouchers.empty() || random_() % 4 != 0) return;
    const std::string& chosen = workload_.vouchers[random_() % workload_.vouchers.size()];
    const std::size_t end = chosen.find('=');
    call.voucher = VoucherName(workload_.event, chosen.substr(0, end));
    if (end != std::string::npos) {
      call.category = CategoryName(workload_.event, chosen.substr(end + 1));
    }
  }

  void AddOthers(Recorded& call, NewRegistration& added) {
    for (const std::string& category : workload_.categories) {
      if (category == call.category) continue;
      call.others.push_back(category);
      added.facts.add_other_categories(category);
    }
  }

  void TakeStep(int i, Recorded& own) {
    const auto dice = random_() % 12;
    if (dice == 0 || dice == 1) return PassDoor(i, own.registration, dice == 0);
    if (dice == 2) return Edit(i, own);
    if (dice == 3) return Transfer(i, own);
    RegistrationStep step{own.registration, Step::kCancel, "cancelled"};
    Recorded call = NewCall(i);
    call.registration = own.registration;
    call.category = own.category;
    call.sessions = own.sessions;
    if (dice == 4) {
      step.step = Step::kMove;
      step.kind = "moved";
      call.position = step.position = 1 + static_cast<std::int64_t>(random_() % 5);
    }
    if (dice == 5) step = {own.registration, Step::kWithdraw, "withdrawn"};
    if (dice == 6 || dice == 7) step = {own.registration, Step::kComplete, "confirmed"};
    if (dice == 8 || dice == 9) step = {own.registration, Step::kAccept, "confirmed"};
    if (workload_.approval && dice >= 8) step = {own.registration, Step::kConfirm, "confirmed"};
    if (workload_.approval && dice == 8) step = {own.registration, Step::kReject, "rejected"};
    call.kind = absl::StrCat("registration.", View(step.kind));
    std::vector<Recorded> calls = {std::move(call)};
    Call(std::move(step), calls);
  }

  // Other sessions, or the same, of another party: what says nothing new would be no change.
  void Edit(int i, Recorded& own) {
    RegistrationStep step{own.registration, Step::kUpdate, "updated"};
    Recorded call = NewCall(i);
    call.registration = own.registration;
    call.kind = "registration.updated";
    call.sessions = ChooseSessions();
    step.edit.emplace();
    *step.edit->wanted.mutable_sessions() = {call.sessions.begin(), call.sessions.end()};
    step.edit->wanted.set_name(own.registration);
    step.edit->wanted.set_party(absl::StrCat("clusters/", call.id));
    step.edit->mask.add_paths("sessions");
    step.edit->mask.add_paths("party");
    std::vector<Recorded> calls = {std::move(call)};
    if (Call(std::move(step), calls)) own.sessions = calls[0].sessions;
  }

  // Gives it to somebody else; what can be done next is done with theirs.
  void Transfer(int i, Recorded& own) {
    RegistrationStep step{own.registration, Step::kTransfer, "transferred"};
    Recorded call = NewCall(i);
    call.registration = own.registration;
    call.kind = "registration.transferred";
    NewRegistration& heir = step.heir.emplace();
    heir.id = absl::StrCat(IdOf(workload_.event), "-", call.id, "-heir");
    heir.person.emplace();
    heir.person_id = absl::StrCat("persons/", heir.id);
    heir.active_key = heir.id;
    call.heir = RegistrationName(workload_.event, heir.id);
    std::vector<Recorded> calls = {std::move(call)};
    if (Call(std::move(step), calls)) own.registration = calls[0].heir;
  }

  // The event, or one of its quotas.
  void Resize(int i) {
    Recorded call = NewCall(i);
    call.kind = "event.updated";
    const bool quota = workload_.set_quota && (!workload_.set_capacity || random_() % 2 == 0);
    if (quota) {
      auto chosen = workload_.quotas.begin();
      std::advance(chosen, random_() % workload_.quotas.size());
      call.registration = chosen->first;
      call.capacity =
          std::max<std::int64_t>(1, chosen->second - 5 + static_cast<std::int64_t>(random_() % 11));
    } else {
      call.registration = workload_.event;
      call.capacity = workload_.capacity - 10 + static_cast<std::int64_t>(random_() % 21);
    }
    call.invoked = Nanos();
    if (observer_) observer_(call);
    const absl::Status status = quota ? workload_.set_quota(call.registration, call.capacity)
                                      : workload_.set_capacity(call.capacity);
    call.returned = Nanos();
    if (!status.ok()) call.refused = ErrorReason(status);
    if (!status.ok() && call.refused.empty()) call.refused = status.ToString();
    if (observer_) observer_(call);
    calls_.push_back(call);
  }

  void PassDoor(int i, const std::string& name, bool in) {
    Recorded call = NewCall(i);
    call.registration = name;
    call.kind = in ? "registration.checked_in" : "registration.check_in_undone";
    std::vector<Recorded> calls = {std::move(call)};
    Call(DoorStep{.name = name,
                  .list = workload_.event,
                  .direction = in ? v1::SCAN_DIRECTION_ENTRY : v1::SCAN_DIRECTION_UNDO,
                  .gate = "main"},
         calls);
  }

  // One call; a group is recorded as one of each of its members.
  template <class What>
  bool Call(What what, std::vector<Recorded>& calls) {
    SeatOp op;
    op.event = workload_.event;
    op.what = std::move(what);
    std::promise<void> done;
    const std::int64_t invoked = Nanos();
    for (Recorded& call : calls) {
      call.invoked = invoked;
      if (observer_) observer_(call);
    }
    store_.Submit(absl::Now() + absl::Seconds(60), std::move(op),
                  [&](SeatOp& finished, const absl::Status& status) {
                    const absl::Status& result = status.ok() ? finished.status : status;
                    for (std::size_t i = 0; i < calls.size(); ++i)
                      Note(finished, result, i, calls[i]);
                    done.set_value();
                  });
    done.get_future().wait();
    const std::int64_t returned = Nanos();
    for (Recorded& call : calls) {
      call.returned = returned;
      if (observer_) observer_(call);
      calls_.push_back(call);
    }
    return calls[0].refused.empty();
  }

  // What the answer says about the call, of a group about its member `i`.
  static void Note(const SeatOp& finished, const absl::Status& result, std::size_t i,
                   Recorded& call) {
    if (result.ok()) {
      call.state =
          finished.group.empty() ? finished.registration.state() : finished.group[i].state();
      return;
    }
    call.refused = ErrorReason(result);
    if (call.refused.empty()) call.refused = result.ToString();
  }

  const Workload& workload_;
  RegistrationStore& store_;
  const int number_;
  const Observer& observer_;
  std::mt19937 random_;
  std::vector<Recorded> own_;  // as they came, with the sessions they have now
  std::vector<Recorded> calls_;
};

}  // namespace

std::string ToLine(const Recorded& call) {
  std::string refused = call.refused;
  for (char& c : refused) c = c == '\n' || c == '\t' ? ' ' : c;
  return absl::StrCat(call.id, "\t", call.invoked, "\t", call.returned, "\t", call.kind, "\t",
                      call.registration, "\t", call.category, "\t",
                      absl::StrJoin(call.sessions, ","), "\t", call.hold ? 1 : 0, "\t",
                      static_cast<int>(call.state), "\t", refused, "\t",
                      absl::StrJoin(call.others, ","), "\t", call.voucher, "\t", call.group, "\t",
                      call.group_size, "\t", call.heir, "\t", call.position, "\t", call.capacity);
}

Recorded FromLine(std::string_view line) {
  const std::vector<std::string> words = absl::StrSplit(View(line), '\t');
  Recorded call;
  if (words.size() != 17) return call;  // the writer was killed within it
  int state = 0;
  call.id = words[0];
  if (!absl::SimpleAtoi(words[1], &call.invoked) || !absl::SimpleAtoi(words[2], &call.returned) ||
      !absl::SimpleAtoi(words[8], &state) || !absl::SimpleAtoi(words[13], &call.group_size) ||
      !absl::SimpleAtoi(words[15], &call.position) ||
      !absl::SimpleAtoi(words[16], &call.capacity)) {
    return {};
  }
  call.kind = words[3];
  call.registration = words[4];
  call.category = words[5];
  if (!words[6].empty()) call.sessions = absl::StrSplit(words[6], ',');
  call.hold = words[7] == "1";
  call.state = static_cast<v1::RegistrationState>(state);
  call.refused = words[9];
  if (!words[10].empty()) call.others = absl::StrSplit(words[10], ',');
  call.voucher = words[11];
  call.group = words[12];
  call.heir = words[14];
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
