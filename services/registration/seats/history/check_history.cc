#include "services/registration/seats/history/check_history.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/registration_state.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/history/place_model.h"

namespace wici::registration {
namespace {

bool TakesPlaces(v1::RegistrationState state) { return HoldsSeat(state) || KeepsSeat(state); }

// The model: what the feed says, step by step.
class Replay {
 public:
  Replay(const Limits& limits, const std::vector<Recorded>& calls)
      : limits_(limits), places_(limits) {
    for (const Recorded& call : calls) {
      if (call.kind.empty()) {
        members_[call.registration] = {&call, WantedBy(call), call.group};
        if (!call.group.empty()) groups_[call.group].push_back(&call);
      }
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
      for (const std::string& fault : places_.Overdrawn()) Fault(change, fault);
      const bool last = i + 1 == feed.size() || feed[i + 1].version() != change.version();
      if (last) CheckVersion(change);
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
    std::vector<std::string> wanted;  // the categories that it may still get
    std::string group;                // with which it waits
    v1::RegistrationState state = v1::REGISTRATION_STATE_UNSPECIFIED;
  };
  // What the model looks like from some change until the next.
  struct Moment {
    std::int64_t from_earliest = 0;  // not before this
    std::int64_t until_latest = 0;   // nor after this
    PlaceModel places;
    std::int64_t waiting = 0;
    std::map<std::string, std::int64_t> waiting_of = {};  // by category
  };

  void Fault(const feed::v1::Change& change, std::string_view what) {
    faults_.push_back(absl::StrCat("change ", change.cursor().seq(), " ", change.kind(), " ",
                                   change.resource(), ": ", View(what)));
  }

  // Those of a group who wait.
  std::vector<const Recorded*> WaitingOf(const std::string& group) const {
    std::vector<const Recorded*> waiting;
    for (const std::string& name : queue_) {
      if (members_.at(name).group == group) waiting.push_back(members_.at(name).facts);
    }
    return waiting;
  }

  // The first of the queue for whom all places are free, of those that the service looks at.
  const std::string* FirstThatFits() const {
    if (places_.IsFull()) return nullptr;
    std::map<std::string, std::int64_t> looked_at;
    std::set<std::string> judged;
    for (const std::string& name : queue_) {
      const Member& member = members_.at(name);
      for (const std::string& category : member.wanted) {
        if (++looked_at[category] > EventAggregate::kLookahead) continue;
        if (member.group.empty() && places_.Fits(*member.facts, category)) return &name;
        if (!member.group.empty() && judged.insert(member.group).second &&
            places_.AllFit(WaitingOf(member.group))) {
          return &name;
        }
      }
    }
    return nullptr;
  }

  // Whether `name` has its places in `category`, and nobody before it in the queue. It may stand
  // further back than the service has to look: a transaction that frees many places looks further.
  bool IsInTurn(const std::string& name, const std::string& category) const {
    if (!places_.Fits(*members_.at(name).facts, category)) return false;
    const std::string* first = FirstThatFits();
    if (first == nullptr) return true;
    return std::find(queue_.begin(), queue_.end(), *first) >=
           std::find(queue_.begin(), queue_.end(), name);
  }

  std::int64_t WaitingIn(const std::string& category) const {
    return std::count_if(queue_.begin(), queue_.end(), [&](const std::string& name) {
      const std::vector<std::string>& wanted = members_.at(name).wanted;
      return std::find(wanted.begin(), wanted.end(), category) != wanted.end();
    });
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
    if (TakesPlaces(member.state)) places_.Take(*member.facts, member.wanted[0], -1);
    if (TakesPlaces(state)) places_.Take(*member.facts, member.wanted[0], 1);
    const auto uses = [](v1::RegistrationState one) { return IsActive(one) || HoldsSeat(one); };
    places_.Use(*member.facts, (uses(state) ? 1 : 0) - (uses(member.state) ? 1 : 0));
    if (member.state == v1::REGISTRATION_STATE_WAITLISTED) std::erase(queue_, name);
    if (state == v1::REGISTRATION_STATE_WAITLISTED) queue_.push_back(name);
    member.state = state;
  }

  // Leaves it in the category that it got, of which a change tells when there were several.
  static void SettleIn(const feed::v1::Change& change, Member& member) {
    const auto chosen = change.attributes().find("admission_category");
    if (chosen != change.attributes().end()) member.wanted = {chosen->second};
  }

  void Apply(const feed::v1::Change& change) {
    const std::string& name = change.resource();
    Member& member = members_[name];
    if (member.facts == nullptr) return Fault(change, "nobody asked for it");
    const std::string kind = change.kind().substr(std::string_view("registration.").size());
    const Recorded* call = nullptr;
    if (kind == "promoted" || kind == "offered") {
      if (member.state != v1::REGISTRATION_STATE_WAITLISTED) Fault(change, "does not wait");
      Member before = member;
      SettleIn(change, before);
      if (!IsInTurn(name, before.wanted[0])) Fault(change, "promoted out of turn");
      SettleIn(change, member);
      SetState(
          member, name,
          kind == "offered" ? v1::REGISTRATION_STATE_OFFERED : v1::REGISTRATION_STATE_CONFIRMED);
    } else if (kind == "expired" || kind == "requeued") {
      if (kind == "requeued") member.group.clear();
      ApplyStep(change, kind == "expired" ? Step::kExpire : Step::kRequeue, member);
    } else if (member.state == v1::REGISTRATION_STATE_UNSPECIFIED) {
      call = ApplyNew(change, kind, member);
    } else {
      call = ApplyCall(change, kind, member);
    }
    if (!member.group.empty()) touched_.insert(member.group);
    if (call != nullptr && call->answered() && call->state != member.state) {
      Fault(change, "the answer has another state");
    }
    Remember(call);
  }

  // Whether nobody waits before it in a line in which it could have its places.
  bool CouldBeSeated(const Member& member) const {
    if (!member.group.empty()) {
      // The first of it has been judged for all.
      const bool first = WaitingOf(member.group).empty();
      return first && WaitingIn(member.wanted[0]) == 0 && places_.AllFit(groups_.at(member.group));
    }
    return std::any_of(member.wanted.begin(), member.wanted.end(),
                       [&](const std::string& category) {
                         return WaitingIn(category) == 0 && places_.Fits(*member.facts, category);
                       });
  }

  const Recorded* ApplyNew(const feed::v1::Change& change, const std::string& kind,
                           Member& member) {
    v1::RegistrationState state = v1::REGISTRATION_STATE_WAITLISTED;
    if (kind == "confirmed") state = v1::REGISTRATION_STATE_CONFIRMED;
    if (kind == "held") state = v1::REGISTRATION_STATE_HELD;
    if (kind == "waitlisted") {
      if (CouldBeSeated(member)) Fault(change, "waitlisted beside free places");
    } else {
      if (FirstThatFits() != nullptr) Fault(change, "overtook the queue");
      SettleIn(change, member);
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

  // What must hold when all changes of one version have been made; `change` is the last of them.
  void CheckVersion(const feed::v1::Change& change) {
    if (FirstThatFits() != nullptr) Fault(change, "free places beside a queue");
    for (const std::string& group : touched_) {
      std::int64_t waiting = 0;
      std::int64_t placed = 0;
      for (const Recorded* call : groups_.at(group)) {
        const Member& member = members_.at(call->registration);
        if (member.group != group) continue;
        if (member.state == v1::REGISTRATION_STATE_WAITLISTED) ++waiting;
        if (member.state == v1::REGISTRATION_STATE_UNSPECIFIED) ++waiting;
        if (TakesPlaces(member.state)) ++placed;
      }
      if (waiting > 0 && placed > 0) Fault(change, "a group torn apart");
    }
    touched_.clear();
  }

  void Remember(const Recorded* call) {
    if (!moments_.empty() && call != nullptr) moments_.back().until_latest = call->returned;
    Moment moment{.places = places_};
    moment.from_earliest = call == nullptr ? latest_invocation_ : call->invoked;
    moment.until_latest = INT64_MAX;
    moment.waiting = static_cast<std::int64_t>(queue_.size());
    for (const std::string& name : queue_) {
      for (const std::string& category : members_.at(name).wanted) ++moment.waiting_of[category];
    }
    moments_.push_back(std::move(moment));
  }

  bool Lacks(const Moment& moment, const Recorded& call) const {
    if (call.refused == "VOUCHER_USED_UP") return moment.places.LacksUses(call);
    if (!call.hold && moment.waiting + call.group_size <= limits_.waiting_list_capacity) {
      return false;
    }
    const std::vector<std::string> wanted = WantedBy(call);
    return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& category) {
      if (moment.waiting_of.find(category) != moment.waiting_of.end()) return true;
      return call.group.empty() ? !moment.places.Fits(call, category)
                                : !moment.places.AllFit(groups_.at(call.group));
    });
  }

  // A refusal for want of places needs a moment within its call when some lacked.
  void CheckRefusal(const Recorded& call) {
    const std::string& reason = call.refused;
    if (reason == "TRANSITION_NOT_ALLOWED" || reason == "ALREADY_CHECKED_IN" ||
        reason == "NOT_CONFIRMED" || reason == "TICKET_CANCELLED" || reason == "PLACE_EXPIRED") {
      return;
    }
    if (reason != "EVENT_FULL" && reason != "WAITING_LIST_FULL" && reason != "QUOTA_FULL" &&
        reason != "VOUCHER_USED_UP") {
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
  PlaceModel places_;
  std::map<std::string, std::deque<const Recorded*>> acknowledged_;
  std::map<std::string, std::deque<const Recorded*>> unanswered_;
  std::vector<const Recorded*> refused_;
  std::map<std::string, Member> members_;
  std::map<std::string, std::vector<const Recorded*>> groups_;  // who came together
  std::set<std::string> touched_;                               // groups, in this version
  std::deque<std::string> queue_;
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
