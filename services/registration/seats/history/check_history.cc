#include "services/registration/seats/history/check_history.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/registration_state.h"
#include "services/registration/seats/event_aggregate.h"

namespace wici::registration {
namespace {

bool TakesPlaces(v1::RegistrationState state) { return HoldsSeat(state) || KeepsSeat(state); }

// The model: what the feed says, step by step.
class Replay {
 public:
  Replay(const Limits& limits, const std::vector<Recorded>& calls) : limits_(limits) {
    for (const auto& [name, size] : limits.quotas) taken_[name] = 0;
    for (const Recorded& call : calls) {
      if (call.kind.empty()) members_[call.registration].facts = &call;
      if (call.succeeded()) {
        acknowledged_[call.registration].push_back(&call);
      } else if (call.answered()) {
        refused_.push_back(&call);
      } else {
        unanswered_[call.registration].push_back(&call);
      }
    }
  }

  std::vector<std::string> Check(const std::vector<feed::v1::Change>& feed) {
    Remember(nullptr);
    for (std::size_t i = 0; i < feed.size(); ++i) {
      const feed::v1::Change& change = feed[i];
      if (change.kind().rfind("registration.", 0) != 0) continue;
      Apply(change);
      CheckSizes(change);
      const bool last = i + 1 == feed.size() || feed[i + 1].version() != change.version();
      if (last && FirstThatFits() != nullptr) Fault(change, "free places beside a queue");
    }
    for (const auto& [name, calls] : acknowledged_) {
      if (!calls.empty()) faults_.push_back(absl::StrCat(name, ": acknowledged, not in the feed"));
    }
    for (const Recorded* call : refused_) CheckRefusal(*call);
    return std::move(faults_);
  }

 private:
  struct Member {
    const Recorded* facts = nullptr;  // the call that made it
    v1::RegistrationState state = v1::REGISTRATION_STATE_UNSPECIFIED;
  };
  // What the model looks like from some change until the next.
  struct Moment {
    std::int64_t from_earliest = 0;  // not before this
    std::int64_t until_latest = 0;   // nor after this
    std::int64_t taken = 0;
    std::int64_t waiting = 0;
    std::map<std::string, std::int64_t> taken_of;
    std::map<std::string, std::int64_t> waiting_of;  // by category
  };

  void Fault(const feed::v1::Change& change, std::string_view what) {
    faults_.push_back(absl::StrCat("change ", change.cursor().seq(), " ", change.kind(), " ",
                                   change.resource(), ": ", View(what)));
  }

  static std::vector<std::string> QuotasOf(const Recorded& facts) {
    std::vector<std::string> quotas = facts.sessions;
    if (!facts.category.empty()) quotas.push_back(facts.category);
    return quotas;
  }

  bool Fits(const Recorded& facts) const {
    if (taken_in_all_ >= limits_.capacity) return false;
    const std::vector<std::string> quotas = QuotasOf(facts);
    return std::all_of(quotas.begin(), quotas.end(), [this](const std::string& quota) {
      return taken_.at(quota) < limits_.quotas.at(quota);
    });
  }

  // The first of the queue for whom all places are free, of those that the service looks at.
  const std::string* FirstThatFits() const {
    if (taken_in_all_ >= limits_.capacity) return nullptr;
    std::map<std::string, std::int64_t> looked_at;
    for (const std::string& name : queue_) {
      const Recorded& facts = *members_.at(name).facts;
      if (++looked_at[facts.category] > EventAggregate::kLookahead) continue;
      if (Fits(facts)) return &name;
    }
    return nullptr;
  }

  // Whether `name` has its places, and nobody before it in the queue. It may stand further back
  // than the service has to look: a transaction that frees many places looks further.
  bool IsInTurn(const std::string& name) const {
    if (!Fits(*members_.at(name).facts)) return false;
    const std::string* first = FirstThatFits();
    if (first == nullptr) return true;
    return std::find(queue_.begin(), queue_.end(), *first) >=
           std::find(queue_.begin(), queue_.end(), name);
  }

  std::int64_t WaitingIn(const std::string& category) const {
    return std::count_if(queue_.begin(), queue_.end(), [&](const std::string& name) {
      return members_.at(name).facts->category == category;
    });
  }

  void CheckSizes(const feed::v1::Change& change) {
    if (taken_in_all_ > limits_.capacity) {
      Fault(change, absl::StrCat("oversold: ", taken_in_all_, " of ", limits_.capacity));
    }
    for (const auto& [name, taken] : taken_) {
      const std::int64_t size = limits_.quotas.at(name);
      if (taken > size)
        Fault(change, absl::StrCat("oversold: ", taken, " of ", size, " of ", name));
    }
  }

  // The call that made `change`, taken from those of its registration.
  const Recorded* Take(const feed::v1::Change& change, const std::string& kind) {
    std::deque<const Recorded*>& calls = acknowledged_[change.resource()];
    const Recorded* call = nullptr;
    if (!calls.empty() && calls.front()->kind == kind) {
      call = calls.front();
      calls.pop_front();
    } else {
      std::deque<const Recorded*>& unanswered = unanswered_[change.resource()];
      const auto at = std::find_if(unanswered.begin(), unanswered.end(),
                                   [&](const Recorded* one) { return one->kind == kind; });
      if (at == unanswered.end()) {
        Fault(change, "nobody was told so");
        return nullptr;
      }
      call = *at;
      unanswered.erase(at);
    }
    if (call->returned < latest_invocation_) {
      Fault(change, "took effect after its call had returned");
    }
    latest_invocation_ = std::max(latest_invocation_, call->invoked);
    return call;
  }

  void SetState(Member& member, const std::string& name, v1::RegistrationState state) {
    const std::int64_t by = (TakesPlaces(state) ? 1 : 0) - (TakesPlaces(member.state) ? 1 : 0);
    taken_in_all_ += by;
    for (const std::string& quota : QuotasOf(*member.facts)) taken_[quota] += by;
    if (member.state == v1::REGISTRATION_STATE_WAITLISTED) std::erase(queue_, name);
    if (state == v1::REGISTRATION_STATE_WAITLISTED) queue_.push_back(name);
    member.state = state;
  }

  void Apply(const feed::v1::Change& change) {
    const std::string& name = change.resource();
    Member& member = members_[name];
    if (member.facts == nullptr) return Fault(change, "nobody asked for it");
    const std::string kind = change.kind().substr(std::string_view("registration.").size());
    const Recorded* call = nullptr;
    if (kind == "promoted" || kind == "offered") {
      if (member.state != v1::REGISTRATION_STATE_WAITLISTED) Fault(change, "does not wait");
      if (!IsInTurn(name)) Fault(change, "promoted out of turn");
      SetState(
          member, name,
          kind == "offered" ? v1::REGISTRATION_STATE_OFFERED : v1::REGISTRATION_STATE_CONFIRMED);
    } else if (kind == "expired" || kind == "requeued") {
      ApplyStep(change, kind == "expired" ? Step::kExpire : Step::kRequeue, member);
    } else if (member.state == v1::REGISTRATION_STATE_UNSPECIFIED) {
      call = ApplyNew(change, kind, member);
    } else {
      call = ApplyCall(change, kind, member);
    }
    if (call != nullptr && call->answered() && call->state != member.state) {
      Fault(change, "the answer has another state");
    }
    Remember(call);
  }

  const Recorded* ApplyNew(const feed::v1::Change& change, const std::string& kind,
                           Member& member) {
    v1::RegistrationState state = v1::REGISTRATION_STATE_WAITLISTED;
    if (kind == "confirmed") state = v1::REGISTRATION_STATE_CONFIRMED;
    if (kind == "held") state = v1::REGISTRATION_STATE_HELD;
    if (kind == "waitlisted") {
      if (WaitingIn(member.facts->category) == 0 && Fits(*member.facts)) {
        Fault(change, "waitlisted beside free places");
      }
    } else if (FirstThatFits() != nullptr) {
      Fault(change, "overtook the queue");
    }
    SetState(member, change.resource(), state);
    return Take(change, "");
  }

  const Recorded* ApplyCall(const feed::v1::Change& change, const std::string& kind,
                            Member& member) {
    Step step = Step::kCancel;
    if (kind == "checked_in") step = Step::kCheckIn;
    if (kind == "check_in_undone") step = Step::kUndoCheckIn;
    if (kind == "confirmed") {
      step = member.state == v1::REGISTRATION_STATE_HELD ? Step::kComplete : Step::kAccept;
    }
    if (!ApplyStep(change, step, member)) return nullptr;
    return Take(change, change.kind());
  }

  bool ApplyStep(const feed::v1::Change& change, Step step, Member& member) {
    const auto next = Next(change.resource(), member.state, step);
    if (!next.ok()) {
      Fault(change, "not allowed in this state");
      return false;
    }
    SetState(member, change.resource(), *next);
    return true;
  }

  void Remember(const Recorded* call) {
    if (!moments_.empty() && call != nullptr) moments_.back().until_latest = call->returned;
    Moment moment;
    moment.from_earliest = call == nullptr ? latest_invocation_ : call->invoked;
    moment.until_latest = INT64_MAX;
    moment.taken = taken_in_all_;
    moment.waiting = static_cast<std::int64_t>(queue_.size());
    moment.taken_of = taken_;
    for (const std::string& name : queue_) ++moment.waiting_of[members_.at(name).facts->category];
    moments_.push_back(std::move(moment));
  }

  bool Lacks(const Moment& moment, const Recorded& call) const {
    if (!call.hold && moment.waiting < limits_.waiting_list_capacity) return false;
    if (moment.taken >= limits_.capacity) return true;
    if (moment.waiting_of.find(call.category) != moment.waiting_of.end()) return true;
    const std::vector<std::string> quotas = QuotasOf(call);
    return std::any_of(quotas.begin(), quotas.end(), [&](const std::string& quota) {
      return moment.taken_of.at(quota) >= limits_.quotas.at(quota);
    });
  }

  // A refusal for want of places needs a moment within its call when some lacked.
  void CheckRefusal(const Recorded& call) {
    const std::string& reason = call.refused;
    if (reason == "TRANSITION_NOT_ALLOWED" || reason == "ALREADY_CHECKED_IN" ||
        reason == "NOT_CONFIRMED" || reason == "TICKET_CANCELLED" || reason == "PLACE_EXPIRED") {
      return;
    }
    if (reason != "EVENT_FULL" && reason != "WAITING_LIST_FULL" && reason != "QUOTA_FULL") {
      faults_.push_back(absl::StrCat("failed: ", reason));
      return;
    }
    const bool lacked = std::any_of(moments_.begin(), moments_.end(), [&](const Moment& moment) {
      return moment.from_earliest <= call.returned && moment.until_latest >= call.invoked &&
             Lacks(moment, call);
    });
    if (!lacked) {
      faults_.push_back(absl::StrCat("refused with ", reason, " while there was room"));
    }
  }

  const Limits& limits_;
  std::map<std::string, std::deque<const Recorded*>> acknowledged_;
  std::map<std::string, std::deque<const Recorded*>> unanswered_;
  std::vector<const Recorded*> refused_;
  std::map<std::string, Member> members_;
  std::deque<std::string> queue_;
  std::int64_t taken_in_all_ = 0;
  std::map<std::string, std::int64_t> taken_;
  std::int64_t latest_invocation_ = 0;
  std::vector<Moment> moments_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> CheckHistory(const Limits& limits, const std::vector<Recorded>& calls,
                                      const std::vector<feed::v1::Change>& feed) {
  return Replay(limits, calls).Check(feed);
}

}  // namespace wici::registration
