// A table written row by row as a file: CSV, JSON lines or XLSX.
//
//   WICI_ASSIGN_OR_RETURN(auto writer, MakeListWriter(format, columns));
//   WICI_RETURN_IF_ERROR(writer->Add(cells));
//   ... Send(writer->Take()) ...
//   WICI_RETURN_IF_ERROR(writer->Finish());
//   for (std::string piece; !(piece = writer->Take()).empty();) Send(piece);
//
// Used by one thread. Little is kept in memory, however many rows there are; XLSX, which is a ZIP
// file with a directory at its end, comes into being in a temporary file.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_EXPORTS_LIST_WRITER_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_EXPORTS_LIST_WRITER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "wici/registration/v1/document_service.pb.h"

namespace wici::registration {

class ListWriter {
 public:
  virtual ~ListWriter() = default;
  // Adds a row with a cell for each column.
  virtual absl::Status Add(const std::vector<std::string>& cells) = 0;
  // Ends the file.
  virtual absl::Status Finish() = 0;
  // The next piece of the file, "" when there is nothing yet; after Finish, when there is no more.
  virtual absl::StatusOr<std::string> Take() = 0;
};

// A file of `format`, which is set, that begins with the names of its columns and says it was made
// at `now`. RESOURCE_EXHAUSTED when there is no room for a temporary file.
absl::StatusOr<std::unique_ptr<ListWriter>> MakeListWriter(v1::ListFormat format,
                                                           std::vector<std::string> columns,
                                                           absl::Time now);

// "text/csv; charset=utf-8", and what file names of the format end in: "csv".
std::string_view MediaTypeOf(v1::ListFormat format);
std::string_view EndingOf(v1::ListFormat format);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_EXPORTS_LIST_WRITER_H_
