#include "services/registration/documents/part_writer.h"

#include <algorithm>

#include "libs/base/status_macros.h"

namespace wici::registration {

PartWriter::PartWriter(rpc::Outlet<v1::DocumentPart>& outlet, std::string_view media_type,
                       std::string_view file_name, std::int64_t total)
    : outlet_(outlet) {
  part_.set_media_type(std::string(media_type));
  part_.set_file_name(std::string(file_name));
  part_.set_total(static_cast<std::int32_t>(total));
}

absl::Status PartWriter::Write(std::string_view content, std::size_t done) {
  constexpr std::size_t kPartBytesMax = 64 * 1024;
  part_.set_done(part_.done() + static_cast<std::int32_t>(done));
  do {
    part_.set_content(std::string(content.substr(0, kPartBytesMax)));
    WICI_RETURN_IF_ERROR(outlet_.Write(part_));
    part_.clear_media_type();
    part_.clear_file_name();
    content.remove_prefix(std::min(content.size(), kPartBytesMax));
  } while (!content.empty());
  return absl::OkStatus();
}

}  // namespace wici::registration
