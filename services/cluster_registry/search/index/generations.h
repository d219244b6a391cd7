// The folder of an index that is rebuilt beside itself: index-1, index-2, ... and the file
// `current` that names the one to search. Pure file work; used by one thread.
#ifndef WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_INDEX_GENERATIONS_H_
#define WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_INDEX_GENERATIONS_H_

#include <filesystem>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace wici::cluster_registry {

class Generations {
 public:
  // The folder, made when it is not there; "" for a temporary one, which goes with the object.
  static absl::StatusOr<Generations> Open(const std::string& folder);
  Generations(Generations&& other) noexcept;
  Generations& operator=(Generations&&) = delete;
  ~Generations();

  bool temporary() const { return temporary_; }
  std::string PathOf(int generation) const;
  // The one to search; 0 when there is none yet.
  int Current() const;
  // From here on `generation` is the one to search, also after a restart; the others go. Readers
  // that have their files open keep them.
  absl::Status Publish(int generation);
  // Removes what a rebuild that never ended has left.
  void RemoveAllBut(int generation);

 private:
  Generations(std::filesystem::path folder, bool temporary);

  std::filesystem::path folder_;
  bool temporary_;
};

}  // namespace wici::cluster_registry

#endif  // WICI_SERVICES_CLUSTER_REGISTRY_SEARCH_INDEX_GENERATIONS_H_
