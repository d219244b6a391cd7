// A workbook of one sheet (ISO/IEC 29500), by libxlsxwriter.
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_EXPORTS_XLSX_WRITER_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_EXPORTS_XLSX_WRITER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/registration/documents/exports/list_writer.h"

namespace wici::registration {

// With `columns` as its first row. Every cell is a text, so that no spreadsheet runs one or takes a
// postal code for a number. A text over 32767 characters, which a cell cannot hold, ends in an
// ellipsis. Rows go to a temporary file as they come. See MakeListWriter.
absl::StatusOr<std::unique_ptr<ListWriter>> MakeXlsxWriter(const std::vector<std::string>& columns,
                                                           absl::Time now);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_EXPORTS_XLSX_WRITER_H_
