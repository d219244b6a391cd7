#include "services/cluster_registry/imports/import_service.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/imports/import_store.h"
#include "services/cluster_registry/imports/plans/validate_import.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using v1::Import;

// So many reports are looked through for a page of rows with one action.
constexpr std::int64_t kReportsPerPageMax = 100;

absl::Status ValidateNamed(const std::string& name, const std::string& request_id) {
  Violations violations;
  violations.RequireResourceName("name", name, "imports/*");
  violations.RequestId("request_id", request_id);
  return violations.ToStatus(kDomain);
}

// How many rows the part has, or why it cannot be read at all. Outside of the transaction that
// appends it, for meanwhile nobody else may write on SQLite. What an import that is not open
// answers is decided there.
absl::StatusOr<std::int64_t> CountRows(Store& store, absl::Time deadline,
                                       const v1::AppendImportRowsRequest& request) {
  Import import;
  const absl::Status found = store.Read(deadline, [&](Reader& reader) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(import, ReadImport(reader, request.name()));
    return absl::OkStatus();
  });
  if (absl::IsNotFound(found)) return 0;
  WICI_RETURN_IF_ERROR(found);
  if (import.state() != Import::STATE_OPEN) return 0;
  const Table table = ReadTable(request.content(), FormatOf(import));
  Violations violations;
  for (const std::string& fault : table.faults) violations.Add("content", fault);
  if (table.faults.empty() && table.rows.empty()) {
    violations.Add("content", "has no rows below its header");
  }
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return static_cast<std::int64_t>(table.rows.size());
}

bool UnderWay(const Import& import) {
  return import.state() == Import::STATE_CHECKING || import.state() == Import::STATE_RUNNING;
}

// Where a list of rows goes on: after this line of this part.
struct RowPosition {
  std::int32_t part = 1;
  std::int32_t line = 0;
};

bool ParsePosition(const std::vector<std::string>& after, RowPosition& position) {
  if (after.empty()) return true;
  return after.size() == 2 && absl::SimpleAtoi(after[0], &position.part) &&
         absl::SimpleAtoi(after[1], &position.line);
}

}  // namespace

void ImportService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.ImportService");
  service.Pooled("GetImport", this, &ImportService::GetImport);
  service.Pooled("ListImports", this, &ImportService::ListImports);
  service.Pooled("CreateImport", this, &ImportService::CreateImport);
  service.Pooled("AppendImportRows", this, &ImportService::AppendImportRows);
  service.Pooled("StartImport", this, &ImportService::StartImport);
  service.Pooled("CancelImport", this, &ImportService::CancelImport);
  service.Pooled("DeleteImport", this, &ImportService::DeleteImport);
  service.Pooled("ListImportRows", this, &ImportService::ListImportRows);
}

absl::Status ImportService::GetImport(const rpc::Context& context,
                                      const v1::GetImportRequest& request, Import& response) {
  WICI_RETURN_IF_ERROR(ValidateNamed(request.name(), ""));
  return environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(response, ReadImport(reader, request.name()));
    return absl::OkStatus();
  });
}

absl::Status ImportService::ListImports(const rpc::Context& context,
                                        const v1::ListImportsRequest& request,
                                        v1::ListImportsResponse& response) {
  Violations violations;
  const rpc::Page page = rpc::ParsePage(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<Import> rows;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(rows, ReadImports(reader, ToKeyset(page)));
    return absl::OkStatus();
  }));
  FillPage(request, page, std::move(rows), *response.mutable_imports(),
           *response.mutable_next_page_token());
  return absl::OkStatus();
}

absl::Status ImportService::CreateImport(const rpc::Context& context,
                                         const v1::CreateImportRequest& request, Import& response) {
  Violations violations;
  if (!request.import_id().empty()) violations.RequireId("import_id", request.import_id());
  ValidateImport("import", request.import(), violations);
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const std::string id =
      request.import_id().empty() ? environment_.ids.NewId() : request.import_id();
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        const Import& import = request.import();
        if (!import.label_scheme().empty()) {
          WICI_RETURN_IF_ERROR(ReadLabelScheme(writer, import.label_scheme()).status());
        }
        response.Clear();
        response.set_name("imports/" + id);
        response.set_state(Import::STATE_OPEN);
        response.set_content(import.content());
        response.set_format(import.format());
        *response.mutable_columns() = import.columns();
        response.set_label_scheme(import.label_scheme());
        response.set_nuts_version(import.nuts_version().empty() ? "2016" : import.nuts_version());
        response.set_validate_only(import.validate_only());
        response.set_skip_invalid_rows(import.skip_invalid_rows());
        return InsertImport(writer, response);
      });
}

absl::Status ImportService::AppendImportRows(const rpc::Context& context,
                                             const v1::AppendImportRowsRequest& request,
                                             Import& response) {
  Violations violations;
  violations.RequireResourceName("name", request.name(), "imports/*");
  violations.RequireRange("part", request.part(), 1, kImportPartsMax);
  if (request.content().empty()) violations.Add("content", "required");
  violations.RequestId("request_id", request.request_id());
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  WICI_ASSIGN_OR_RETURN(const std::int64_t rows,
                        CountRows(environment_.store, context.deadline, request));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response, ReadImport(writer, request.name()));
        if (response.state() != Import::STATE_OPEN) {
          return ImportNotOpenError(request.name(), Import::State_Name(response.state()));
        }
        if (request.part() != response.part_count() + 1) {
          return ImportPartOutOfOrderError(request.name(), response.part_count() + 1);
        }
        WICI_RETURN_IF_ERROR(
            InsertPart(writer, request.name(), request.part(), rows, request.content()));
        response.set_part_count(request.part());
        response.set_row_count(response.row_count() + rows);
        return SaveImport(writer, response, "");
      });
}

absl::Status ImportService::StartImport(const rpc::Context& context,
                                        const v1::StartImportRequest& request, Import& response) {
  WICI_RETURN_IF_ERROR(ValidateNamed(request.name(), request.request_id()));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response, ReadImport(writer, request.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), response.etag()));
        if (response.state() != Import::STATE_OPEN) {
          return ImportNotOpenError(request.name(), Import::State_Name(response.state()));
        }
        if (response.part_count() == 0) return ImportEmptyError(request.name());
        const bool check = response.validate_only() || !response.skip_invalid_rows();
        response.set_state(check ? Import::STATE_CHECKING : Import::STATE_RUNNING);
        return SaveImport(writer, response, "import.started");
      });
}

absl::Status ImportService::CancelImport(const rpc::Context& context,
                                         const v1::CancelImportRequest& request, Import& response) {
  WICI_RETURN_IF_ERROR(ValidateNamed(request.name(), request.request_id()));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(response, ReadImport(writer, request.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), response.etag()));
        if (response.state() != Import::STATE_OPEN && !UnderWay(response)) {
          return ImportNotOpenError(request.name(), Import::State_Name(response.state()));
        }
        response.set_state(Import::STATE_CANCELLED);
        WICI_RETURN_IF_ERROR(RemoveParts(writer, request.name()));
        return SaveImport(writer, response, "import.cancelled");
      });
}

absl::Status ImportService::DeleteImport(const rpc::Context& context,
                                         const v1::DeleteImportRequest& request,
                                         google::protobuf::Empty& response) {
  WICI_RETURN_IF_ERROR(ValidateNamed(request.name(), request.request_id()));
  return environment_.store.Write(
      MakeMutation(environment_, context, request, request.request_id()), response,
      [&](Writer& writer) -> absl::Status {
        WICI_ASSIGN_OR_RETURN(const Import import, ReadImport(writer, request.name()));
        WICI_RETURN_IF_ERROR(CheckEtag(request.name(), request.etag(), import.etag()));
        if (UnderWay(import)) {
          return ImportNotOpenError(request.name(), Import::State_Name(import.state()));
        }
        return RemoveImport(writer, request.name());
      });
}

absl::Status ImportService::ListImportRows(const rpc::Context& context,
                                           const v1::ListImportRowsRequest& request,
                                           v1::ListImportRowsResponse& response) {
  Violations violations;
  violations.RequireResourceName("parent", request.parent(), "imports/*");
  if (!v1::ImportRow::Action_IsValid(request.action())) {
    violations.Add("action", "not a known value");
  }
  const rpc::Page page = rpc::ParsePage(request, violations);
  RowPosition after;
  if (!ParsePosition(page.after, after)) violations.Add("page_token", "not a token of this list");
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  return environment_.store.Read(context.deadline, [&](Reader& reader) -> absl::Status {
    response.Clear();
    WICI_ASSIGN_OR_RETURN(const Import import, ReadImport(reader, request.parent()));
    for (std::int64_t looked = 0; after.part <= import.part_count(); ++after.part, ++looked) {
      WICI_ASSIGN_OR_RETURN(const std::vector<v1::ImportRow> rows,
                            ReadReports(reader, request.parent(), after.part, 1));
      if (rows.empty() || rows[0].part() != after.part) break;  // not yet worked off
      for (const v1::ImportRow& row : rows) {
        if (row.line() <= after.line) continue;
        const bool wanted = request.action() == v1::ImportRow::ACTION_UNSPECIFIED ||
                            request.action() == row.action();
        if (wanted && response.rows_size() == page.size) {
          const v1::ImportRow& last = response.rows(page.size - 1);
          response.set_next_page_token(
              rpc::MakePageToken(request, {absl::StrCat(last.part()), absl::StrCat(last.line())}));
          return absl::OkStatus();
        }
        if (wanted) *response.add_rows() = row;
      }
      after.line = 0;
      if (looked == kReportsPerPageMax) {
        response.set_next_page_token(
            rpc::MakePageToken(request, {absl::StrCat(after.part + 1), "0"}));
        break;
      }
    }
    return absl::OkStatus();
  });
}

}  // namespace wici::cluster_registry
