// Templates of organisations in the database. The built-in ones are in rules/built_in.h.
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_TEMPLATE_STORE_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_TEMPLATE_STORE_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/feed/mutation.h"
#include "libs/sql/database.h"
#include "wici/notification/v1/template_service.pb.h"

namespace wici::notification {

// What is sent: the texts, and why.
struct TemplateTexts {
  v1::Purpose purpose = v1::PURPOSE_UNSPECIFIED;
  v1::TemplateVersion version;
};

// The texts of versions, by name; what does not exist is absent. Deleted templates keep theirs.
// Names of other forms are ignored.
absl::StatusOr<std::map<std::string, TemplateTexts>> FindTemplateTexts(
    sql::Transaction& tx, const std::set<std::string>& version_names);

// Templates that can be used now, by name.
absl::StatusOr<std::map<std::string, v1::Template>> FindTemplates(
    sql::Transaction& tx, const std::set<std::string>& template_names);

// Thread-safe; methods block.
class TemplateStore {
 public:
  // Both outlive the store.
  TemplateStore(sql::Database& database, feed::Mutation& mutation)
      : database_(database), mutation_(mutation) {}

  // TEMPLATE_NOT_FOUND.
  absl::StatusOr<v1::Template> Get(absl::Time deadline, const std::string& name);
  // At most `limit`, in the order of their names, after the one with the id `after`.
  absl::StatusOr<std::vector<v1::Template>> List(absl::Time deadline, std::string_view after,
                                                 std::int64_t limit);
  // TEMPLATE_NOT_FOUND.
  absl::StatusOr<TemplateTexts> GetVersion(absl::Time deadline, const std::string& name);
  // At most `limit` versions before version `before`, the newest first. TEMPLATE_NOT_FOUND.
  absl::StatusOr<std::vector<v1::TemplateVersion>> ListVersions(absl::Time deadline,
                                                                const std::string& parent,
                                                                std::int64_t before,
                                                                std::int64_t limit);

  // TEMPLATE_EXISTS, also when it was deleted.
  absl::StatusOr<v1::Template> Create(const feed::Call& call, v1::Template wanted,
                                      v1::TemplateVersion version);
  // TEMPLATE_NOT_FOUND, TOO_MANY_TEMPLATE_VERSIONS.
  absl::StatusOr<v1::TemplateVersion> CreateVersion(const feed::Call& call,
                                                    const std::string& parent,
                                                    v1::TemplateVersion version);
  // TEMPLATE_NOT_FOUND, ETAG_MISMATCH.
  absl::StatusOr<v1::DeleteTemplateResponse> Delete(const feed::Call& call, const std::string& name,
                                                    const std::string& etag);

 private:
  sql::Database& database_;
  feed::Mutation& mutation_;
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_TEMPLATE_STORE_H_
