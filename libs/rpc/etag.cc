#include "libs/rpc/etag.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/field_mask_util.h"
#include "libs/base/error.h"

namespace wici::rpc {
namespace {

using google::protobuf::util::FieldMaskUtil;

// The top-level fields that `source` carries a value for.
std::vector<std::string> PopulatedFields(const google::protobuf::Message& source) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  source.GetReflection()->ListFields(source, &fields);
  std::vector<std::string> names;
  for (const auto* field : fields) names.push_back(field->name());
  return names;
}

// The entry of `allowed` that permits `path`: itself or a message that contains it.
bool IsAllowed(std::string_view path, const std::vector<std::string_view>& allowed) {
  return std::any_of(allowed.begin(), allowed.end(), [path](std::string_view entry) {
    return path == entry || (path.size() > entry.size() && path[entry.size()] == '.' &&
                             path.substr(0, entry.size()) == entry);
  });
}

}  // namespace

std::string MakeEtag(std::int64_t version) { return absl::StrCat("\"", version, "\""); }

absl::Status CheckEtag(std::string_view domain, std::string_view resource_name,
                       std::string_view etag, std::int64_t version) {
  if (etag.empty() || etag == MakeEtag(version)) return absl::OkStatus();
  return MakeError(
      absl::StatusCode::kAborted, domain, "ETAG_MISMATCH",
      absl::StrCat(std::string(resource_name), " has changed since it was read; read it again"),
      {{"resource", resource_name}});
}

void ApplyUpdateMask(const google::protobuf::FieldMask& mask,
                     const google::protobuf::Message& source,
                     const std::vector<std::string_view>& allowed, Violations& violations,
                     google::protobuf::Message& target) {
  google::protobuf::FieldMask effective;
  const bool all = mask.paths_size() == 1 && mask.paths(0) == "*";
  if (all) {
    for (const std::string_view path : allowed) effective.add_paths(std::string(path));
  } else if (mask.paths().empty()) {
    for (const std::string& path : PopulatedFields(source)) {
      if (IsAllowed(path, allowed)) effective.add_paths(path);
    }
  } else {
    for (const std::string& path : mask.paths()) {
      if (!FieldMaskUtil::GetFieldDescriptors(source.GetDescriptor(), path, nullptr)) {
        violations.Add("update_mask", absl::StrCat("unknown path \"", path, "\""));
      } else if (!IsAllowed(path, allowed)) {
        violations.Add("update_mask", absl::StrCat("\"", path, "\" cannot be updated"));
      } else {
        effective.add_paths(path);
      }
    }
  }
  // A named field is replaced as a whole, also by nothing.
  FieldMaskUtil::MergeOptions options;
  options.set_replace_message_fields(true);
  options.set_replace_repeated_fields(true);
  FieldMaskUtil::MergeMessageTo(source, effective, options, &target);
}

}  // namespace wici::rpc
