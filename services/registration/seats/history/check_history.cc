#include "services/registration/seats/history/check_history.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/registration/names.h"
#include "services/registration/registrations/rules/registration_state.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/history/call_book.h"
#include "services/registration/seats/history/place_model.h"
#include "services/registration/seats/history/stored_rows.h"
#include "services/registration/seats/rules/waiting_order.h"

namespace wici::registration {
namespace {

bool TakesPlaces(v1::RegistrationState state) { return HoldsSeat(state) || KeepsSeat(state); }

// The first change of one that is given away to somebody in `state`.
std::string_view FirstKindIn(v1::RegistrationState state) {
  if (state == v1::REGISTRATION_STATE_PENDING_APPROVAL) return "requested";
  if (state == v1::REGISTRATION_STATE_WAITLISTED) return "waitlisted";
  return state == v1::REGISTRATION_STATE_OFFERED ? "offered" : "confirmed";
}

// The model: what the feed says, step by step.
class Replay {
 public:
  Replay(const Limits& limits, const std::vector<Recorded>& calls)
      : limits_(limits), places_(limits), calls_(calls), moments_(limits, groups_) {
    for (const Recorded& call : calls) {
      if (!call.kind.empty()) continue;
      members_[call.registration] = {
          &call, WantedBy(call), call.group, v1::REGISTRATION_STATE_UNSPECIFIED, {}, 0};
      if (!call.group.empty()) groups_[call.group].push_back(&call);
    }
  }

  std::vector<std::string> Check(const std::vector<feed::v1::Change>& feed,
                                 const StoredRows* rows) {
    Remember(nullptr);
    for (std::size_t i = 0; i < feed.size(); ++i) {
      const feed::v1::Change& change = feed[i];
      if (change.kind() == "event.updated") {
        if (!ApplySize(change)) continue;
      } else if (change.kind().rfind("registration.", 0) == 0) {
        Apply(change);
      } else {
        continue;
      }
      for (const std::string& fault : places_.Overdrawn()) Fault(change, fault);
      const bool last = i + 1 == feed.size() || feed[i + 1].version() != change.version();
      if (last) CheckVersion(change);
    }
    for (const std::string& name : calls_.LeftOver()) {
      faults_.push_back(absl::StrCat(name, ": acknowledged, not in the feed"));
    }
    for (const Recorded* call : calls_.refused()) {
      std::string fault = moments_.JudgeRefusal(*call);
      if (!fault.empty()) faults_.push_back(std::move(fault));
    }
    if (rows != nullptr) {
      for (std::string& fault : CompareRows(limits_, End(), *rows)) {
        faults_.push_back(std::move(fault));
      }
    }
    return std::move(faults_);
  }

 private:
  using Member = Outcome::Member;

  // What somebody was told of a registration that may go on in the same version.
  struct Answer {
    const Recorded* call;
    std::string name;
    bool true_once;
  };

  void Fault(const feed::v1::Change& change, std::string_view what) {
    faults_.push_back(absl::StrCat("change ", change.cursor().seq(), " ", change.kind(), " ",
                                   change.resource(), ": ", View(what)));
  }

  // The end of the history: who has never come to be is not in it.
  Outcome End() const {
    Outcome outcome{places_.capacity(), {}, {queue_.begin(), queue_.end()}};
    for (const auto& [name, member] : members_) {
      if (!member.log.empty()) outcome.registrations[name] = member;
    }
    return outcome;
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
    // A group has the turn of its first, with whoever else stands between its members.
    if (first == nullptr || seated_.count(members_.at(name).group) > 0) return true;
    return std::find(queue_.begin(), queue_.end(), *first) >=
           std::find(queue_.begin(), queue_.end(), name);
  }

  std::int64_t WaitingIn(const std::string& category) const {
    return std::count_if(queue_.begin(), queue_.end(), [&](const std::string& name) {
      const std::vector<std::string>& wanted = members_.at(name).wanted;
      return std::find(wanted.begin(), wanted.end(), category) != wanted.end();
    });
  }

  // The call that made `change`, a change of `kind`, taken from those of its registration.
  const Recorded* Take(const feed::v1::Change& change, const std::string& kind) {
    std::string fault;
    const Recorded* call = calls_.Take(change.resource(), kind, fault);
    if (!fault.empty()) Fault(change, fault);
    return call;
  }

  void SetState(Member& member, const std::string& name, v1::RegistrationState state) {
    if (TakesPlaces(member.state)) places_.Take(*member.facts, member.wanted[0], -1);
    if (TakesPlaces(state)) places_.Take(*member.facts, member.wanted[0], 1);
    const auto uses = [](v1::RegistrationState one) { return IsActive(one) || HoldsSeat(one); };
    places_.Use(*member.facts, (uses(state) ? 1 : 0) - (uses(member.state) ? 1 : 0));
    if (member.state == v1::REGISTRATION_STATE_WAITLISTED) std::erase(queue_, name);
    if (state == v1::REGISTRATION_STATE_WAITLISTED) Join(member, name);
    member.state = state;
  }

  // At the end of those with its priority: the last of those of the categories it wants.
  void Join(Member& member, const std::string& name) {
    member.priority = kPriorityFirst;
    for (const std::string& category : member.wanted) {
      const auto at = limits_.priorities.find(category);
      member.priority =
          std::max(member.priority, at == limits_.priorities.end() ? kPriorityDefault : at->second);
    }
    const auto behind = std::find_if(queue_.begin(), queue_.end(), [&](const std::string& other) {
      return members_.at(other).priority > member.priority;
    });
    queue_.insert(behind, name);
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
    if (heirs_.erase(name) > 0) {
      if (kind != FirstKindIn(member.state)) Fault(change, "got something else than was given");
    } else if (kind == "promoted" || kind == "offered") {
      ApplyPromotion(change, kind, member);
    } else if (kind == "expired" || kind == "requeued") {
      if (kind == "requeued") member.group.clear();
      ApplyStep(change, kind == "expired" ? Step::kExpire : Step::kRequeue, member);
    } else if (member.state == v1::REGISTRATION_STATE_UNSPECIFIED) {
      call = ApplyNew(change, kind, member);
    } else {
      call = ApplyCall(change, kind, member);
    }
    member.log.push_back(LogEntry(change.version(), kind, member.state));
    if (!member.group.empty()) touched_.insert(member.group);
    for (Answer& answer : answers_) {
      if (answer.name == name && answer.call->state == member.state) answer.true_once = true;
    }
    if (call != nullptr && call->answered()) {
      const std::string& told = call->heir.empty() ? name : call->heir;
      const bool is_true = call->state == members_.at(told).state;
      // Who waits and is moved, or asks for less, may be promoted by that.
      if (kind == "moved" || kind == "updated") {
        answers_.push_back({call, name, is_true});
      } else if (!is_true) {
        Fault(change, "the answer has another state");
      }
    }
    Remember(call);
  }

  void ApplyPromotion(const feed::v1::Change& change, const std::string& kind, Member& member) {
    const std::string& name = change.resource();
    if (member.state != v1::REGISTRATION_STATE_WAITLISTED) Fault(change, "does not wait");
    Member before = member;
    SettleIn(change, before);
    if (!IsInTurn(name, before.wanted[0])) Fault(change, "promoted out of turn");
    if (!member.group.empty()) seated_.insert(member.group);
    SettleIn(change, member);
    SetState(member, name,
             kind == "offered" ? v1::REGISTRATION_STATE_OFFERED : v1::REGISTRATION_STATE_CONFIRMED);
  }

  // Whether the size of the event, or of one of its quotas, was changed.
  bool ApplySize(const feed::v1::Change& change) {
    const bool of_event = change.resource() == change.aggregate();
    if (!of_event && limits_.quotas.count(change.resource()) == 0) return false;
    if (!of_event && made_.insert(change.resource()).second) return false;
    const Recorded* call = Take(change, change.kind());
    if (call == nullptr) return true;
    if (of_event) {
      places_.set_capacity(call->capacity);
    } else {
      places_.set_quota(change.resource(), call->capacity);
    }
    Remember(call);
    return true;
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
    if (kind == "requested") state = v1::REGISTRATION_STATE_PENDING_APPROVAL;
    const bool asks = !member.facts->hold && limits_.approval.count(member.wanted[0]) > 0;
    if (asks != (kind == "requested")) Fault(change, "without the approval it needs, or for none");
    if (kind == "waitlisted") {
      if (CouldBeSeated(member)) Fault(change, "waitlisted beside free places");
    } else if (kind != "requested") {
      if (FirstThatFits() != nullptr) Fault(change, "overtook the queue");
      SettleIn(change, member);
    }
    SetState(member, change.resource(), state);
    return Take(change, "");
  }

  const Recorded* ApplyCall(const feed::v1::Change& change, const std::string& kind,
                            Member& member) {
    if (kind == "updated" || kind == "moved" || kind == "transferred") {
      return ApplyEdit(change, kind, member);
    }
    static const auto& steps = *new std::map<std::string, Step>{
        {"cancelled", Step::kCancel},    {"withdrawn", Step::kWithdraw},
        {"rejected", Step::kReject},     {"checked_in", Step::kCheckIn},
        {"waitlisted", Step::kWaitlist}, {"check_in_undone", Step::kUndoCheckIn},
        {"requested", Step::kSubmit}};
    Step step = Step::kAccept;
    if (const auto at = steps.find(kind); at != steps.end()) step = at->second;
    if (kind == "confirmed" && member.state == v1::REGISTRATION_STATE_HELD) step = Step::kComplete;
    if (kind == "confirmed" && member.state == v1::REGISTRATION_STATE_PENDING_APPROVAL) {
      step = Step::kConfirm;
      if (FirstThatFits() != nullptr) Fault(change, "overtook the queue");
    }
    if (step == Step::kWaitlist && CouldBeSeated(member)) {
      Fault(change, "waitlisted beside free places");
    }
    const bool asks = limits_.approval.count(member.wanted[0]) > 0;
    if ((step == Step::kSubmit && !asks) || (step == Step::kComplete && asks)) {
      Fault(change, "without the approval it needs, or for none");
    }
    if (!ApplyStep(change, step, member)) return nullptr;
    return Take(change, change.kind());
  }

  // What changes no state, or that of two.
  const Recorded* ApplyEdit(const feed::v1::Change& change, const std::string& kind,
                            Member& member) {
    const std::string& name = change.resource();
    const Step step = kind == "updated" ? Step::kUpdate
                      : kind == "moved" ? Step::kMove
                                        : Step::kTransfer;
    const auto next = Next(name, member.state, step);
    if (!next.ok()) {
      Fault(change, "not allowed in this state");
      return nullptr;
    }
    const Recorded* call = Take(change, change.kind());
    if (call == nullptr) return nullptr;
    if (kind == "updated") {
      facts_.push_back(*member.facts);
      facts_.back().sessions = call->sessions;
      if (TakesPlaces(member.state)) {
        places_.Take(*member.facts, member.wanted[0], -1);
        places_.Take(facts_.back(), member.wanted[0], 1);
      }
      member.facts = &facts_.back();
    } else if (kind == "moved") {
      member.group.clear();
      std::erase(queue_, name);
      const auto last = static_cast<std::int64_t>(queue_.size());
      const std::int64_t at = std::min(call->position - 1, last);
      // It has the priority of whom it comes behind, or at the head of whom it comes before.
      const auto beside = static_cast<std::size_t>(std::max<std::int64_t>(at - 1, 0));
      if (last > 0) member.priority = members_.at(queue_[beside]).priority;
      queue_.insert(queue_.begin() + at, name);
    } else {
      Give(*call, *next, member);
    }
    return call;
  }

  // All that is the one's becomes the other's, the place in the queue too.
  void Give(const Recorded& call, v1::RegistrationState ended, Member& giver) {
    facts_.push_back(*giver.facts);
    facts_.back().registration = call.heir;
    Member& heir = members_[call.heir];
    heir = giver;
    heir.facts = &facts_.back();
    heir.log.clear();
    heirs_.insert(call.heir);
    if (!heir.group.empty()) groups_[heir.group].push_back(heir.facts);
    std::replace(queue_.begin(), queue_.end(), call.registration, call.heir);
    giver.state = ended;
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
    for (const Answer& answer : answers_) {
      if (!answer.true_once) Fault(change, "the answer has another state");
    }
    answers_.clear();
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
    seated_.clear();
  }

  void Remember(const Recorded* call) {
    std::map<std::string, std::int64_t> waiting_of;
    for (const std::string& name : queue_) {
      for (const std::string& category : members_.at(name).wanted) ++waiting_of[category];
    }
    moments_.Add(call, calls_.latest_invocation(), places_,
                 static_cast<std::int64_t>(queue_.size()), std::move(waiting_of));
  }

  const Limits& limits_;
  PlaceModel places_;
  CallBook calls_;
  std::map<std::string, Member> members_;
  std::deque<Recorded> facts_;     // of those who say something else than at first
  std::set<std::string> made_;     // quotas, as their first change tells
  std::set<std::string> heirs_;    // who have been given something in this version
  GroupCalls groups_;              // who came together
  std::set<std::string> touched_;  // groups, in this version
  std::deque<std::string> queue_;
  std::set<std::string> seated_;  // groups of whom some have got places in this version
  std::vector<Answer> answers_;   // in this version
  Moments moments_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> CheckHistory(const Limits& limits, const std::vector<Recorded>& calls,
                                      const std::vector<feed::v1::Change>& feed,
                                      const StoredRows* rows) {
  return Replay(limits, calls).Check(feed, rows);
}

}  // namespace wici::registration
