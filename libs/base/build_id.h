// Which build of the program this is: what one build has made of the database another may make
// otherwise.
#ifndef WICI_LIBS_BASE_BUILD_ID_H_
#define WICI_LIBS_BASE_BUILD_ID_H_

#include <string>

namespace wici {

// What the linker has written into the program, in hexadecimal: another one for each program and
// build, the same wherever that runs. "" when it wrote nothing.
std::string BuildId();

}  // namespace wici

#endif  // WICI_LIBS_BASE_BUILD_ID_H_
