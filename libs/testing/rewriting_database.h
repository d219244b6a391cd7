// A database on which one query reads otherwise: how a negative control takes away a guard that
// stands in SQL.
//
//   RewritingDatabase unguarded(database(), "settle_delivery", {{"fence = $2", "fence >= $2"}});
#ifndef WICI_LIBS_TESTING_REWRITING_DATABASE_H_
#define WICI_LIBS_TESTING_REWRITING_DATABASE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/mutex.h"
#include "libs/sql/database.h"

namespace wici::testing {

// Thread-safe.
class RewritingDatabase final : public sql::Database {
 public:
  using Replacements = std::vector<std::pair<absl::string_view, absl::string_view>>;

  // `name`: of the query whose text is changed.
  RewritingDatabase(sql::Database& database, std::string name, Replacements replacements)
      : database_(database), name_(std::move(name)), replacements_(std::move(replacements)) {}

  absl::Status Write(absl::Time deadline, const Body& body) override {
    return database_.Write(deadline, [&](sql::Transaction& tx) {
      Rewriting rewriting(*this, tx);
      return body(rewriting);
    });
  }
  absl::Status Read(absl::Time deadline, const Body& body) override {
    return database_.Read(deadline, [&](sql::Transaction& tx) {
      Rewriting rewriting(*this, tx);
      return body(rewriting);
    });
  }
  sql::Engine engine() const override { return database_.engine(); }

  // How often it ran: none means that the control controls nothing.
  int rewritten() const {
    MutexLock lock(mutex_);
    return rewritten_;
  }

 private:
  class Rewriting final : public sql::Transaction {
   public:
    Rewriting(RewritingDatabase& owner, sql::Transaction& tx) : owner_(owner), tx_(tx) {}
    using sql::Transaction::Execute;
    absl::StatusOr<sql::Rows> Execute(const sql::Query& query,
                                      absl::Span<const sql::Value> values) override {
      if (query.name != owner_.name_) return tx_.Execute(query, values);
      const std::string text = owner_.Rewritten(query.text);
      return tx_.Execute(sql::Query{"rewritten", text}, values);
    }
    absl::StatusOr<sql::Rows> InsertMany(const sql::Query& prefix, std::string_view suffix,
                                         absl::Span<const std::vector<sql::Value>> rows) override {
      return tx_.InsertMany(prefix, suffix, rows);
    }
    absl::StatusOr<sql::Rows> SelectMany(const sql::Query& prefix, std::string_view suffix,
                                         absl::Span<const std::vector<sql::Value>> keys) override {
      return tx_.SelectMany(prefix, suffix, keys);
    }
    absl::StatusOr<sql::Rows> UpdateMany(const sql::Query& prefix, std::string_view suffix,
                                         absl::Span<const std::vector<sql::Value>> rows) override {
      if (prefix.name != owner_.name_) return tx_.UpdateMany(prefix, suffix, rows);
      const std::string head = owner_.Rewritten(prefix.text);
      return tx_.UpdateMany(sql::Query{"rewritten", head}, owner_.Rewritten(suffix), rows);
    }
    sql::Engine engine() const override { return tx_.engine(); }

   private:
    RewritingDatabase& owner_;
    sql::Transaction& tx_;
  };

  std::string Rewritten(std::string_view original) {
    const absl::string_view text(original.data(), original.size());
    std::string changed = absl::StrReplaceAll(text, replacements_);
    MutexLock lock(mutex_);
    if (changed != text) ++rewritten_;
    return changed;
  }

  sql::Database& database_;
  const std::string name_;
  const Replacements replacements_;
  mutable Mutex mutex_;
  int rewritten_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_REWRITING_DATABASE_H_
