#include "libs/rpc/versions.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace wici::rpc {
namespace {

// Longer than any resource name.
constexpr std::size_t kVersionTextMax = 512;

// Also not what somebody on the way has joined with a comma or padded: nothing has such a name.
bool IsAggregate(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '/' || c == '-' || c == '_' ||
           c == '.';
  });
}

}  // namespace

void Versions::Parse(std::string_view text) {
  const std::size_t at = text.rfind('@');
  std::int64_t version = 0;
  const bool readable = text.size() <= kVersionTextMax && at != std::string_view::npos &&
                        IsAggregate(text.substr(0, at)) &&
                        absl::SimpleAtoi(std::string(text.substr(at + 1)), &version);
  if (!readable) return RaiseAll();
  Raise(text.substr(0, at), version);
}

void Versions::Raise(std::string_view aggregate, std::int64_t version) {
  const auto found = std::find_if(versions_.begin(), versions_.end(), [&](const Version& known) {
    return known.aggregate == aggregate;
  });
  if (found != versions_.end()) {
    found->version = std::max(found->version, version);
  } else if (versions_.size() < kVersionsMax) {
    versions_.push_back({std::string(aggregate), version});
  } else {
    all_ = true;
  }
}

void Versions::Merge(const Versions& more) {
  all_ = all_ || more.all_;
  for (const Version& version : more.versions_) Raise(version.aggregate, version.version);
}

bool Versions::IsOutdated(const Version& version) const {
  return all_ || std::any_of(versions_.begin(), versions_.end(), [&](const Version& seen) {
           return seen.aggregate == version.aggregate && seen.version > version.version;
         });
}

std::vector<std::string> Versions::Texts() const {
  if (all_) return {"*"};
  std::vector<std::string> texts;
  for (const Version& version : versions_) {
    texts.push_back(absl::StrCat(version.aggregate, "@", version.version));
  }
  return texts;
}

}  // namespace wici::rpc
