// The SQL of templates, written once for both engines. Texts that end in IN are completed by
// SelectMany (libs/sql/database.h).
#ifndef WICI_SERVICES_NOTIFICATION_TEMPLATES_QUERIES_H_
#define WICI_SERVICES_NOTIFICATION_TEMPLATES_QUERIES_H_

#include <string_view>

#include "libs/sql/database.h"

namespace wici::notification::queries {

inline constexpr sql::Query kInsertTemplate{"insert_template", R"sql(
  INSERT INTO templates (id, revision, title, purpose, calendar_method, unknown_policy, version,
                         deleted, created_at, updated_at)
  VALUES ($1, 1, $2, $3, $4, $6, 1, FALSE, $5, $5) ON CONFLICT DO NOTHING RETURNING id)sql"};

inline constexpr sql::Query kGetTemplates{"get_templates", R"sql(
  SELECT id, revision, title, purpose, calendar_method, version, deleted, created_at, updated_at,
         unknown_policy
  FROM templates WHERE id IN)sql"};

// $1 id after which to start, $2 limit.
inline constexpr sql::Query kListTemplates{"list_templates", R"sql(
  SELECT id, revision, title, purpose, calendar_method, version, deleted, created_at, updated_at,
         unknown_policy
  FROM templates WHERE id > $1 AND deleted = FALSE ORDER BY id LIMIT $2)sql"};

// $2 the revision it had, $3 version, $4 deleted, $5 now. No row: it has changed meanwhile.
inline constexpr sql::Query kUpdateTemplate{"update_template", R"sql(
  UPDATE templates SET revision = revision + 1, version = $3, deleted = $4, updated_at = $5
  WHERE id = $1 AND revision = $2 RETURNING id)sql"};

inline constexpr sql::Query kInsertTemplateVersion{"insert_template_version", R"sql(
  INSERT INTO template_versions (template, version, purpose, body, created_at)
  VALUES ($1, $2, $3, $4, $5))sql"};

inline constexpr sql::Query kGetTemplateVersions{"get_template_versions", R"sql(
  SELECT template, version, purpose, body FROM template_versions
  WHERE (template, version) IN)sql"};

// $2 the version before which to start, $3 limit.
inline constexpr sql::Query kListTemplateVersions{"list_template_versions", R"sql(
  SELECT template, version, purpose, body FROM template_versions
  WHERE template = $1 AND version < $2 ORDER BY version DESC LIMIT $3)sql"};

}  // namespace wici::notification::queries

#endif  // WICI_SERVICES_NOTIFICATION_TEMPLATES_QUERIES_H_
