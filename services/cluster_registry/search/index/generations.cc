#include "services/cluster_registry/search/index/generations.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace wici::cluster_registry {
namespace {

namespace fs = std::filesystem;

absl::Status FolderError(const std::string& why) {
  return absl::UnavailableError(absl::StrCat("the folder of the search index: ", why));
}

}  // namespace

absl::StatusOr<Generations> Generations::Open(const std::string& folder) {
  std::error_code error;
  if (folder.empty()) {
    std::string pattern = (fs::temp_directory_path(error) / "wici-search-XXXXXX").string();
    if (error || ::mkdtemp(pattern.data()) == nullptr) return FolderError("none for a while");
    return Generations(pattern, true);
  }
  fs::create_directories(folder, error);
  if (error) return FolderError(error.message());
  return Generations(folder, false);
}

Generations::Generations(fs::path folder, bool temporary)
    : folder_(std::move(folder)), temporary_(temporary) {}

Generations::Generations(Generations&& other) noexcept
    : folder_(std::move(other.folder_)), temporary_(std::exchange(other.temporary_, false)) {}

Generations::~Generations() {
  std::error_code ignored;
  if (temporary_) fs::remove_all(folder_, ignored);
}

std::string Generations::PathOf(int generation) const {
  return (folder_ / absl::StrCat("index-", generation)).string();
}

int Generations::Current() const {
  int generation = 0;
  std::ifstream(folder_ / "current") >> generation;
  return generation;
}

absl::Status Generations::Publish(int generation) {
  std::ofstream(folder_ / "next") << generation << "\n" << std::flush;
  std::error_code error;
  fs::rename(folder_ / "next", folder_ / "current", error);
  if (error) return FolderError(error.message());
  RemoveAllBut(generation);
  return absl::OkStatus();
}

void Generations::RemoveAllBut(int generation) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_, ignored)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("index-") && entry.path().string() != PathOf(generation)) {
      fs::remove_all(entry.path(), ignored);
    }
  }
}

}  // namespace wici::cluster_registry
