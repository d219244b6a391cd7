#include "services/notification/templates/template_store.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/base/violations.h"
#include "libs/rpc/etag.h"
#include "services/notification/errors.h"
#include "services/notification/templates/queries.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/templates/rules/html_of_text.h"
#include "services/notification/templates/rules/template_values.h"

namespace wici::notification {
namespace {

// More would be a program that writes texts, and not an organisation that mends them.
constexpr std::int64_t kVersionsMax = 1000;

std::string VersionName(std::string_view id, std::int64_t version) {
  return absl::StrCat("templates/", std::string(id), "/versions/", version);
}

// "invitation" of "templates/invitation/versions/3".
std::string TemplateIdOf(const std::string& name) {
  const std::size_t start = name.find('/') + 1;
  return name.substr(start, name.find('/', start) - start);
}

// The key of a version; empty when the name is not that of one.
std::vector<sql::Value> VersionKey(const std::string& name) {
  std::int64_t version = 0;
  if (!MatchesResourcePattern(name, "templates/*/versions/*") ||
      !absl::SimpleAtoi(name.substr(name.rfind('/') + 1), &version)) {
    return {};
  }
  // "007" is not another name of version 7.
  if (VersionName(TemplateIdOf(name), version) != name) return {};
  return {TemplateIdOf(name), version};
}

struct TemplateRow {
  std::int64_t revision = 0;
  std::int64_t version = 0;
  bool deleted = false;
  v1::Template resource;
};

TemplateRow ReadTemplate(const sql::Row& row) {
  TemplateRow result{row.Int(1), row.Int(5), row.Bool(6), {}};
  v1::Template& resource = result.resource;
  resource.set_name(absl::StrCat("templates/", row.Text(0)));
  resource.set_etag(rpc::MakeEtag(result.revision));
  resource.set_title(row.Text(2));
  resource.set_purpose(static_cast<v1::Purpose>(row.Int(3)));
  resource.set_calendar_method(static_cast<v1::CalendarMethod>(row.Int(4)));
  resource.set_unknown_policy(static_cast<v1::UnknownPolicy>(row.Int(9)));
  resource.set_current_version(VersionName(row.Text(0), result.version));
  SetTimestamp(FromMicros(row.Int(7)), *resource.mutable_create_time());
  SetTimestamp(FromMicros(row.Int(8)), *resource.mutable_update_time());
  for (const std::string_view variable : TemplateVariables()) {
    resource.add_variables(std::string(variable));
  }
  return result;
}

absl::StatusOr<TemplateRow> GetTemplateRow(sql::Transaction& tx, const std::string& name) {
  const std::vector<std::vector<sql::Value>> keys = {{TemplateIdOf(name)}};
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetTemplates, "", keys));
  if (rows.empty() || rows[0].Bool(6)) return TemplateNotFoundError(name);
  return ReadTemplate(rows[0]);
}

TemplateTexts ReadTexts(const sql::Row& row) {
  TemplateTexts texts;
  texts.purpose = static_cast<v1::Purpose>(row.Int(2));
  texts.version.ParseFromString(row.Blob(3));
  return texts;
}

// Writes the texts as version `number`; where there is no HTML it is made from the text.
absl::Status InsertVersion(sql::Transaction& tx, const v1::Template& owner, std::int64_t number,
                           absl::Time now, v1::TemplateVersion& version) {
  const std::string id = TemplateIdOf(owner.name());
  version.set_name(VersionName(id, number));
  SetTimestamp(now, *version.mutable_create_time());
  for (v1::TemplateVersion::Content& content : *version.mutable_contents()) {
    if (content.html().empty()) content.set_html(HtmlOfText(content.text()));
  }
  return tx
      .Execute(queries::kInsertTemplateVersion,
               {id, number, static_cast<std::int64_t>(owner.purpose()),
                sql::Bytes{version.SerializeAsString()}, ToMicros(now)})
      .status();
}

feed::Change ChangeOf(const std::string& name, std::int64_t revision, std::string kind,
                      std::string resource) {
  return {.aggregate = name,
          .version = revision,
          .kind = std::move(kind),
          .resource = std::move(resource),
          .person = "",
          .attributes = {}};
}

}  // namespace

absl::StatusOr<std::map<std::string, TemplateTexts>> FindTemplateTexts(
    sql::Transaction& tx, const std::set<std::string>& version_names) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : version_names) {
    std::vector<sql::Value> key = VersionKey(name);
    if (!key.empty()) keys.push_back(std::move(key));
  }
  std::map<std::string, TemplateTexts> found;
  if (keys.empty()) return found;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                        tx.SelectMany(queries::kGetTemplateVersions, "", keys));
  for (const sql::Row& row : rows) {
    found.emplace(VersionName(row.Text(0), row.Int(1)), ReadTexts(row));
  }
  return found;
}

absl::StatusOr<std::map<std::string, v1::Template>> FindTemplates(
    sql::Transaction& tx, const std::set<std::string>& template_names) {
  std::vector<std::vector<sql::Value>> keys;
  for (const std::string& name : template_names) keys.push_back({TemplateIdOf(name)});
  std::map<std::string, v1::Template> found;
  if (keys.empty()) return found;
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.SelectMany(queries::kGetTemplates, "", keys));
  for (const sql::Row& row : rows) {
    TemplateRow item = ReadTemplate(row);
    if (!item.deleted) found.emplace(item.resource.name(), item.resource);
  }
  return found;
}

absl::StatusOr<v1::Template> TemplateStore::Get(absl::Time deadline, const std::string& name) {
  v1::Template found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const TemplateRow row, GetTemplateRow(tx, name));
    found = row.resource;
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<std::vector<v1::Template>> TemplateStore::List(absl::Time deadline,
                                                              std::string_view after,
                                                              std::int64_t limit) {
  std::vector<v1::Template> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(queries::kListTemplates, {after, limit}));
    found.clear();
    for (const sql::Row& row : rows) found.push_back(ReadTemplate(row).resource);
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<TemplateTexts> TemplateStore::GetVersion(absl::Time deadline,
                                                        const std::string& name) {
  TemplateTexts texts;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(auto found, FindTemplateTexts(tx, {name}));
    if (found.empty()) return TemplateNotFoundError(name);
    texts = std::move(found.begin()->second);
    return absl::OkStatus();
  }));
  return texts;
}

absl::StatusOr<std::vector<v1::TemplateVersion>> TemplateStore::ListVersions(
    absl::Time deadline, const std::string& parent, std::int64_t before, std::int64_t limit) {
  std::vector<v1::TemplateVersion> found;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(GetTemplateRow(tx, parent).status());
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(queries::kListTemplateVersions,
                                                           {TemplateIdOf(parent), before, limit}));
    found.clear();
    for (const sql::Row& row : rows) found.push_back(ReadTexts(row).version);
    return absl::OkStatus();
  }));
  return found;
}

absl::StatusOr<v1::Template> TemplateStore::Create(const feed::Call& call, v1::Template wanted,
                                                   v1::TemplateVersion version) {
  const absl::Time now = mutation_.clock().Now();
  const std::string name = wanted.name();
  return mutation_.Run<v1::Template>(
      call, [&](sql::Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::Template> {
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows inserted,
            tx.Execute(
                queries::kInsertTemplate,
                {TemplateIdOf(name), wanted.title(), static_cast<std::int64_t>(wanted.purpose()),
                 static_cast<std::int64_t>(wanted.calendar_method()), ToMicros(now),
                 static_cast<std::int64_t>(UnknownPolicyOf(wanted))}));
        if (inserted.empty()) return TemplateExistsError(name);
        WICI_RETURN_IF_ERROR(InsertVersion(tx, wanted, 1, now, version));
        changes.push_back(ChangeOf(name, 1, "template.created", name));
        WICI_ASSIGN_OR_RETURN(const TemplateRow row, GetTemplateRow(tx, name));
        return row.resource;
      });
}

absl::StatusOr<v1::TemplateVersion> TemplateStore::CreateVersion(const feed::Call& call,
                                                                 const std::string& parent,
                                                                 v1::TemplateVersion version) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::TemplateVersion>(
      call,
      [&](sql::Transaction& tx, feed::Changes& changes) -> absl::StatusOr<v1::TemplateVersion> {
        WICI_ASSIGN_OR_RETURN(const TemplateRow row, GetTemplateRow(tx, parent));
        if (row.version >= kVersionsMax) return TooManyTemplateVersionsError(parent, kVersionsMax);
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows updated,
            tx.Execute(queries::kUpdateTemplate, {TemplateIdOf(parent), row.revision,
                                                  row.version + 1, false, ToMicros(now)}));
        if (updated.empty()) return absl::AbortedError("the template changed meanwhile");
        WICI_RETURN_IF_ERROR(InsertVersion(tx, row.resource, row.version + 1, now, version));
        changes.push_back(
            ChangeOf(parent, row.revision + 1, "template.version_created", version.name()));
        return version;
      });
}

absl::StatusOr<v1::DeleteTemplateResponse> TemplateStore::Delete(const feed::Call& call,
                                                                 const std::string& name,
                                                                 const std::string& etag) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::DeleteTemplateResponse>(
      call,
      [&](sql::Transaction& tx,
          feed::Changes& changes) -> absl::StatusOr<v1::DeleteTemplateResponse> {
        WICI_ASSIGN_OR_RETURN(const TemplateRow row, GetTemplateRow(tx, name));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows updated,
            tx.Execute(queries::kUpdateTemplate,
                       {TemplateIdOf(name), row.revision, row.version, true, ToMicros(now)}));
        if (updated.empty()) return absl::AbortedError("the template changed meanwhile");
        changes.push_back(ChangeOf(name, row.revision + 1, "template.deleted", name));
        return v1::DeleteTemplateResponse();
      });
}

}  // namespace wici::notification
