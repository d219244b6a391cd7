// Early return on error for code that works with absl::Status and absl::StatusOr.
//
//   WICI_RETURN_IF_ERROR(ValidateCreateEvent(request));
//   WICI_ASSIGN_OR_RETURN(const Event event, store.GetEvent(name));
//
// Debian's Abseil of this release has no such macros; when it does, these go.
#ifndef WICI_LIBS_BASE_STATUS_MACROS_H_
#define WICI_LIBS_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define WICI_MACRO_CONCAT_INNER(a, b) a##b
#define WICI_MACRO_CONCAT(a, b) WICI_MACRO_CONCAT_INNER(a, b)

// Evaluates `expression`, an absl::Status; returns it from the enclosing function unless OK.
#define WICI_RETURN_IF_ERROR(expression)                              \
  do {                                                                \
    if (absl::Status wici_status = (expression); !wici_status.ok()) { \
      return wici_status;                                             \
    }                                                                 \
  } while (false)

// Evaluates `expression`, an absl::StatusOr; assigns its value to `target` (which may be a
// declaration) or returns its status from the enclosing function.
#define WICI_ASSIGN_OR_RETURN(target, expression) \
  WICI_ASSIGN_OR_RETURN_INNER(WICI_MACRO_CONCAT(wici_statusor_, __LINE__), target, expression)

#define WICI_ASSIGN_OR_RETURN_INNER(statusor, target, expression) \
  auto statusor = (expression);                                   \
  if (!statusor.ok()) return std::move(statusor).status();        \
  target = *std::move(statusor)

#endif  // WICI_LIBS_BASE_STATUS_MACROS_H_
