#include "services/registration/seats/history/call_book.h"

#include <algorithm>

namespace wici::registration {
namespace {

// Whether a call of `kind` makes a change of kind `made`. Approval and the completion of a hold
// come to what there are places for.
bool Makes(const std::string& kind, const std::string& made) {
  return kind == made || (kind == "registration.confirmed" &&
                          (made == "registration.requested" || made == "registration.waitlisted"));
}

}  // namespace

CallBook::CallBook(const std::vector<Recorded>& calls) {
  for (const Recorded& call : calls) {
    if (call.succeeded()) {
      acknowledged_[call.registration].push_back(&call);
    } else if (call.answered()) {
      refused_.push_back(&call);
    } else {
      unanswered_[call.registration].push_back(&call);
    }
  }
}

const Recorded* CallBook::Take(const std::string& registration, const std::string& kind,
                               std::string& fault) {
  fault.clear();
  std::deque<const Recorded*>& calls = acknowledged_[registration];
  const Recorded* call = nullptr;
  if (!calls.empty() && Makes(calls.front()->kind, kind)) {
    call = calls.front();
    calls.pop_front();
  } else {
    std::deque<const Recorded*>& unanswered = unanswered_[registration];
    const auto at = std::find_if(unanswered.begin(), unanswered.end(),
                                 [&](const Recorded* one) { return Makes(one->kind, kind); });
    if (at == unanswered.end()) {
      fault = "nobody was told so";
      return nullptr;
    }
    call = *at;
    unanswered.erase(at);
  }
  if (call->returned < latest_invocation_) fault = "took effect after its call had returned";
  latest_invocation_ = std::max(latest_invocation_, call->invoked);
  return call;
}

std::vector<std::string> CallBook::LeftOver() const {
  std::vector<std::string> left;
  for (const auto& [name, calls] : acknowledged_) {
    if (!calls.empty()) left.push_back(name);
  }
  return left;
}

}  // namespace wici::registration
