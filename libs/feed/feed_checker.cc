#include "libs/feed/feed_checker.h"

#include "absl/strings/str_cat.h"

namespace wici::feed {
namespace {

const std::string& TransactionOf(const v1::Change& change) {
  static const std::string none;
  const auto found = change.attributes().find(FeedChecker::kTransaction);
  return found == change.attributes().end() ? none : found->second;
}

}  // namespace

void FeedChecker::Committed(const std::string& transaction, int changes) {
  MutexLock lock(mutex_);
  committed_[transaction] += changes;
}

std::vector<std::string> FeedChecker::Problems(absl::Span<const v1::Change> seen) const {
  std::vector<std::string> problems;
  std::map<std::string, int> counts;
  std::map<std::string, std::int64_t> versions;
  std::int64_t expected = 0;
  std::string previous;
  for (const v1::Change& change : seen) {
    ++expected;
    if (change.cursor().seq() != expected) {
      problems.push_back(
          absl::StrCat("number ", change.cursor().seq(), " where ", expected, " should stand"));
    }
    const std::string& transaction = TransactionOf(change);
    const bool begins = transaction != previous;
    if (begins && counts.contains(transaction)) {
      problems.push_back(absl::StrCat("transaction ", transaction, " is torn"));
    }
    ++counts[transaction];
    std::int64_t& version = versions[change.aggregate()];
    if (begins && change.version() != version + 1) {
      problems.push_back(absl::StrCat(change.aggregate(), " goes from version ", version, " to ",
                                      change.version()));
    }
    version = change.version();
    previous = transaction;
  }
  MutexLock lock(mutex_);
  for (const auto& [transaction, count] : committed_) {
    const auto found = counts.find(transaction);
    const int there = found == counts.end() ? 0 : found->second;
    if (there != count) {
      problems.push_back(
          absl::StrCat("transaction ", transaction, " has ", there, " of ", count, " changes"));
    }
  }
  for (const auto& [transaction, count] : counts) {
    if (!committed_.contains(transaction)) {
      problems.push_back(absl::StrCat("transaction ", transaction, " was never committed"));
    }
  }
  return problems;
}

}  // namespace wici::feed
