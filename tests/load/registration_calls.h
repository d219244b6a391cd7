// Calls of wici-load to registration, and the echo of the same size.
#ifndef WICI_TESTS_LOAD_REGISTRATION_CALLS_H_
#define WICI_TESTS_LOAD_REGISTRATION_CALLS_H_

#include <memory>
#include <string>

#include "tests/load/method.h"

namespace wici::load {

// CreateRegistration for `event` ("events/e1"), each time of another person; `run` tells those of
// this run from others. An answer is "CONFIRMED" or "WAITLISTED".
std::unique_ptr<Method> MakeCreateRegistration(const std::string& event, const std::string& run);

// BatchCreateRegistrations for `event`, so many people in each message. An answer in which all have
// a seat is "CONFIRMED".
std::unique_ptr<Method> MakeCreateRegistrations(const std::string& event, const std::string& run,
                                                int people);

// Messages of so many bytes, below 16 KiB, and nothing done with them: "ECHO". A request has 5
// bytes at least. 0: as MakeCreateRegistration has, or for the answer as the request.
std::unique_ptr<Method> MakeEcho(int request_bytes, int answer_bytes);

}  // namespace wici::load

#endif  // WICI_TESTS_LOAD_REGISTRATION_CALLS_H_
