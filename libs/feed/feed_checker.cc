#include "libs/feed/feed_checker.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace wici::feed {
namespace {

std::string Attribute(const v1::Change& change, const char* name) {
  const auto found = change.attributes().find(name);
  return found == change.attributes().end() ? "" : found->second;
}

// A transaction as it was seen.
struct Seen {
  int changes = 0;
  int count = 0;  // as its changes say
};

// Walks `seen` and reports numbers, versions and torn transactions.
std::map<std::string, Seen> Walk(absl::Span<const v1::Change> seen,
                                 std::vector<std::string>& problems) {
  std::map<std::string, Seen> transactions;
  std::map<std::string, std::int64_t> versions;
  std::int64_t expected = 0;
  std::string previous;
  for (const v1::Change& change : seen) {
    ++expected;
    if (change.cursor().seq() != expected) {
      problems.push_back(
          absl::StrCat("number ", change.cursor().seq(), " where ", expected, " should stand"));
    }
    const std::string transaction = Attribute(change, FeedChecker::kTransaction);
    const bool begins = transaction != previous;
    if (begins && transactions.contains(transaction)) {
      problems.push_back(absl::StrCat("transaction ", transaction, " is torn"));
    }
    Seen& entry = transactions[transaction];
    ++entry.changes;
    if (!absl::SimpleAtoi(Attribute(change, FeedChecker::kCount), &entry.count)) entry.count = 1;
    std::int64_t& version = versions[change.aggregate()];
    if (begins && change.version() != version + 1) {
      problems.push_back(absl::StrCat(change.aggregate(), " goes from version ", version, " to ",
                                      change.version()));
    }
    version = change.version();
    previous = transaction;
  }
  return transactions;
}

}  // namespace

void FeedChecker::Committed(const std::string& transaction, int changes) {
  MutexLock lock(mutex_);
  committed_[transaction] += changes;
}

void FeedChecker::RolledBack(const std::string& transaction) {
  MutexLock lock(mutex_);
  rolled_back_.insert(transaction);
}

std::vector<std::string> FeedChecker::Problems(absl::Span<const v1::Change> seen) const {
  std::vector<std::string> problems;
  const std::map<std::string, Seen> transactions = Walk(seen, problems);
  MutexLock lock(mutex_);
  for (const auto& [transaction, count] : committed_) {
    const auto found = transactions.find(transaction);
    const int there = found == transactions.end() ? 0 : found->second.changes;
    if (there != count) {
      problems.push_back(
          absl::StrCat("transaction ", transaction, " has ", there, " of ", count, " changes"));
    }
  }
  for (const auto& [transaction, entry] : transactions) {
    if (committed_.contains(transaction)) continue;
    if (rolled_back_.contains(transaction) || untold_ == Untold::kForbidden) {
      problems.push_back(absl::StrCat("transaction ", transaction, " was never committed"));
    } else if (entry.changes != entry.count) {
      problems.push_back(absl::StrCat("transaction ", transaction, " has ", entry.changes, " of ",
                                      entry.count, " changes"));
    }
  }
  return problems;
}

}  // namespace wici::feed
