#include "services/cluster_registry/exports/export_service.h"

#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/clusters/visibility.h"
#include "services/cluster_registry/errors.h"
#include "services/cluster_registry/exports/csv_dump.h"
#include "services/cluster_registry/exports/export_store.h"
#include "services/cluster_registry/exports/json_ld/json_ld.h"
#include "services/cluster_registry/initiatives/initiative_store.h"
#include "services/cluster_registry/label_schemes/label_scheme_store.h"
#include "services/cluster_registry/validate.h"

namespace wici::cluster_registry {
namespace {

using Request = v1::ExportClustersRequest;

constexpr char kCsvType[] = "text/csv; charset=utf-8";
constexpr char kJsonLdType[] = "application/ld+json";

template <class T>
bool IsJson(const T& request) {
  return request.format() == v1::EXPORT_FORMAT_JSON_LD;
}

template <class T>
rpc::Page ValidateExport(const T& request, Violations& violations) {
  RequireEnum("format", request.format(), v1::ExportFormat_IsValid(request.format()), violations);
  violations.OptionalText("base_uri", request.base_uri(), kUriBytesMax);
  return rpc::ParsePage(request, violations);
}

// One document and where it ends.
struct Dump {
  std::string text;
  std::string last;
};

absl::StatusOr<Dump> DumpClusters(Reader& reader, v1::Visibility circle, const Request& request,
                                  const Keyset& keyset) {
  WICI_ASSIGN_OR_RETURN(const auto page, ReadExportClusters(reader, circle, keyset));
  const bool counts = request.content() == Request::CONTENT_MEMBER_COUNTS;
  if (IsJson(request) && counts) {
    return Dump{MemberCountsAsJsonLd(page.records, request.base_uri()), page.last};
  }
  if (IsJson(request)) {
    WICI_ASSIGN_OR_RETURN(const std::vector<v1::Succession> successions,
                          ReadExportSuccessions(reader, circle, page.records));
    return Dump{ClustersAsJsonLd(page.records, successions, request.base_uri()), page.last};
  }
  return Dump{counts ? MemberCountsAsCsv(page.records) : ClustersAsCsv(page.records), page.last};
}

absl::StatusOr<Dump> DumpLabels(Reader& reader, v1::Visibility circle, const Request& request,
                                const Keyset& keyset, absl::CivilDay today) {
  WICI_ASSIGN_OR_RETURN(const auto page, ReadExportLabels(reader, circle, keyset));
  if (!IsJson(request)) return Dump{LabelsAsCsv(page.records), page.last};
  WICI_ASSIGN_OR_RETURN(
      const std::vector<v1::LabelScheme> schemes,
      ReadAll<v1::LabelScheme>([&](const Keyset& next) { return ReadLabelSchemes(reader, next); }));
  std::map<std::string, v1::LabelScheme> by_name;
  for (const v1::LabelScheme& scheme : schemes) by_name.emplace(scheme.name(), scheme);
  return Dump{LabelsAsJsonLd(page.records, by_name, today, request.base_uri()), page.last};
}

absl::StatusOr<Dump> DumpMembers(Reader& reader, v1::Visibility circle, const Request& request,
                                 const Keyset& keyset) {
  WICI_ASSIGN_OR_RETURN(const auto page, ReadExportMembers(reader, circle, keyset));
  return Dump{IsJson(request) ? MembersAsJsonLd(page.records, request.base_uri())
                              : MembersAsCsv(page.records),
              page.last};
}

// The page as the answer.
template <class T, class Response>
void Answer(const T& request, Dump dump, Response& response) {
  response.set_content(std::move(dump.text));
  response.set_media_type(IsJson(request) ? kJsonLdType : kCsvType);
  if (!dump.last.empty()) {
    response.set_next_page_token(rpc::MakePageToken(request, {dump.last}));
  }
}

}  // namespace

void ExportService::Register(rpc::Server& server) {
  rpc::Service service = server.AddService("wici.cluster_registry.v1.ExportService");
  service.Pooled("ExportClusters", this, &ExportService::ExportClusters);
  service.Pooled("ExportInitiatives", this, &ExportService::ExportInitiatives);
}

absl::Status ExportService::ExportClusters(const rpc::Context& context, const Request& request,
                                           v1::ExportClustersResponse& response) {
  Violations violations;
  RequireEnum("content", request.content(), Request::Content_IsValid(request.content()),
              violations);
  const rpc::Page page = ValidateExport(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  const v1::Visibility circle = CircleOf(context.principal, "platform");
  const Keyset keyset = ToKeyset(page);
  const absl::CivilDay today = absl::ToCivilDay(environment_.clock.Now(), absl::UTCTimeZone());
  Dump dump;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    absl::StatusOr<Dump> read = request.content() == Request::CONTENT_LABELS
                                    ? DumpLabels(reader, circle, request, keyset, today)
                                : request.content() == Request::CONTENT_MEMBERS
                                    ? DumpMembers(reader, circle, request, keyset)
                                    : DumpClusters(reader, circle, request, keyset);
    WICI_ASSIGN_OR_RETURN(dump, std::move(read));
    return absl::OkStatus();
  }));
  Answer(request, std::move(dump), response);
  return absl::OkStatus();
}

absl::Status ExportService::ExportInitiatives(const rpc::Context& context,
                                              const v1::ExportInitiativesRequest& request,
                                              v1::ExportInitiativesResponse& response) {
  Violations violations;
  const rpc::Page page = ValidateExport(request, violations);
  WICI_RETURN_IF_ERROR(violations.ToStatus(kDomain));
  std::vector<v1::Initiative> rows;
  Dump dump;
  WICI_RETURN_IF_ERROR(environment_.store.Read(context.deadline, [&](Reader& reader) {
    WICI_ASSIGN_OR_RETURN(rows, ReadInitiatives(reader, ToKeyset(page)));
    dump.last = "";
    if (rows.size() > static_cast<std::size_t>(page.size)) {
      rows.resize(static_cast<std::size_t>(page.size));
      dump.last = rows.back().name();
    }
    return HideParticipants(reader, CircleOf(context.principal, "platform"), rows);
  }));
  dump.text =
      IsJson(request) ? InitiativesAsJsonLd(rows, request.base_uri()) : InitiativesAsCsv(rows);
  Answer(request, std::move(dump), response);
  return absl::OkStatus();
}

}  // namespace wici::cluster_registry
