// Sends a file as a stream of parts.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_PART_WRITER_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_PART_WRITER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "libs/rpc/stream_writer.h"
#include "wici/registration/v1/document_service.pb.h"

namespace wici::registration {

// Used by one thread.
class PartWriter {
 public:
  // `total` people or rows are expected. `outlet` outlives the writer.
  PartWriter(rpc::Outlet<v1::DocumentPart>& outlet, std::string_view media_type,
             std::string_view file_name, std::int64_t total);
  // Sends `content`, cut into parts, and that `done` more people or rows are worked on. Blocks
  // until the client is ready for it; see rpc::Outlet for its errors.
  absl::Status Write(std::string_view content, std::size_t done);

 private:
  rpc::Outlet<v1::DocumentPart>& outlet_;
  v1::DocumentPart part_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_PART_WRITER_H_
