// What clients were told, to be found again in the change feed: each call is the cause of a change
// once. Of test programs; not thread-safe.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_HISTORY_CALL_BOOK_H_
#define WICI_SERVICES_REGISTRATION_SEATS_HISTORY_CALL_BOOK_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "services/registration/seats/history/history.h"

namespace wici::registration {

class CallBook {
 public:
  // `calls` outlives the book, and stands where it is.
  explicit CallBook(const std::vector<Recorded>& calls);

  // The call that made a change of `kind` of `registration`, taken out; nullptr when nobody was
  // told so. `fault` says what is wrong with either, "" for nothing.
  const Recorded* Take(const std::string& registration, const std::string& kind,
                       std::string& fault);

  // Those that were refused.
  const std::vector<const Recorded*>& refused() const { return refused_; }
  // The registrations of which something was acknowledged that made no change.
  std::vector<std::string> LeftOver() const;
  // The last moment at which a call that was taken began: whatever follows in the feed has taken
  // effect after that.
  std::int64_t latest_invocation() const { return latest_invocation_; }

 private:
  std::map<std::string, std::deque<const Recorded*>> acknowledged_;
  std::map<std::string, std::deque<const Recorded*>> unanswered_;  // may have taken effect or not
  std::vector<const Recorded*> refused_;
  std::int64_t latest_invocation_ = 0;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_HISTORY_CALL_BOOK_H_
