// Imports, their parts and reports in the database; see store.h for errors and transactions.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_STORE_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/cluster_registry/store.h"
#include "wici/cluster_registry/v1/import.pb.h"

namespace wici::cluster_registry {

absl::StatusOr<v1::Import> ReadImport(Reader& reader, std::string_view name);
absl::StatusOr<std::vector<v1::Import>> ReadImports(Reader& reader, const Keyset& keyset);
absl::Status InsertImport(Writer& writer, v1::Import& import);
// `kind` of the change ("import.started", ...), or "" for a step that is none.
absl::Status SaveImport(Writer& writer, v1::Import& import, std::string_view kind);
// With its parts and reports.
absl::Status RemoveImport(Writer& writer, std::string_view name);

// An import that is to be worked on.
struct ImportWork {
  std::string name;
  v1::Import::State state = v1::Import::STATE_UNSPECIFIED;
};
// One on which nobody but `owner` works at `now`; nullopt when there is none.
absl::StatusOr<std::optional<ImportWork>> FindImportWork(Reader& reader, std::string_view owner,
                                                         absl::Time now);
// Takes it for `owner` until `until`; nullopt when somebody else was faster, or it was cancelled.
absl::StatusOr<std::optional<v1::Import>> ClaimImport(Writer& writer, const ImportWork& work,
                                                      std::string_view owner, absl::Time until);

absl::Status InsertPart(Writer& writer, std::string_view name, std::int64_t part,
                        std::int64_t row_count, std::string content);
absl::StatusOr<std::string> ReadPart(Reader& reader, std::string_view name, std::int64_t part);
absl::Status RemovePart(Writer& writer, std::string_view name, std::int64_t part);
absl::Status RemoveParts(Writer& writer, std::string_view name);

// Replaces the report of the part, if there is one.
absl::Status SaveReport(Writer& writer, std::string_view name, std::int64_t part,
                        const std::vector<v1::ImportRow>& rows);
// The reports of at most `limit` parts from `part` on, one after the other.
absl::StatusOr<std::vector<v1::ImportRow>> ReadReports(Reader& reader, std::string_view name,
                                                       std::int64_t part, std::int64_t limit);
absl::Status RemoveReports(Writer& writer, std::string_view name);

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_IMPORTS_IMPORT_STORE_H_
