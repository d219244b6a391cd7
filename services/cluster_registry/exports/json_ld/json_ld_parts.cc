#include "services/cluster_registry/exports/json_ld/json_ld_parts.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

namespace wici::cluster_registry {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kContext = {
    {{"schema", "https://schema.org/"},
     {"org", "http://www.w3.org/ns/org#"},
     {"legal", "http://www.w3.org/ns/legal#"},
     {"dct", "http://purl.org/dc/terms/"},
     {"skos", "http://www.w3.org/2004/02/skos/core#"},
     {"time", "http://www.w3.org/2006/time#"}}};

}  // namespace

std::string JsonLdDocument(std::string_view base_uri,
                           const std::function<void(JsonWriter&)>& write) {
  JsonWriter json;
  json.Begin('{').Key("@context").Begin('{');
  json.Member("@base", base_uri);
  for (const auto& [prefix, uri] : kContext) json.Member(prefix, uri);
  json.End('}').Key("@graph").Begin('[');
  write(json);
  json.End(']').End('}');
  return json.text();
}

void AddSubjects(const google::protobuf::RepeatedPtrField<v1::Code>& codes,
                 std::vector<std::string>& subjects) {
  for (const v1::Code& code : codes) {
    subjects.push_back(absl::StrCat(code.scheme(), code.version().empty() ? "" : " ",
                                    code.version(), " ", code.code()));
  }
}

void WriteRole(const std::string& role, JsonWriter& json) {
  if (role.empty()) return;
  json.Key("org:role").Begin('{').Type("org:Role").Member("skos:notation", role).End('}');
}

void WriteInterval(const std::string& from, const std::string& until, JsonWriter& json) {
  if (from.empty() && until.empty()) return;
  json.Key("org:memberDuring").Begin('{').Type("time:Interval");
  for (const auto& [name, day] :
       {std::pair<const char*, const std::string&>{"time:hasBeginning", from},
        {"time:hasEnd", until}}) {
    if (day.empty()) continue;
    json.Key(name).Begin('{').Type("time:Instant").Member("time:inXSDDate", day).End('}');
  }
  json.End('}');
}

}  // namespace wici::cluster_registry
