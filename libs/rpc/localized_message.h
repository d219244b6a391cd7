// Error texts for people, in the languages this software speaks. Pure functions.
#ifndef WICI_LIBS_RPC_LOCALIZED_MESSAGE_H_
#define WICI_LIBS_RPC_LOCALIZED_MESSAGE_H_

#include <string_view>

namespace wici::rpc {

// A sentence that tells a person what `reason` (of google.rpc.ErrorInfo) means, in "pl", "en" or
// "de"; "" for an unknown reason or language. A contract test wants every reason here.
std::string_view LocalizedMessage(std::string_view reason, std::string_view language);

}  // namespace wici::rpc

#endif  // WICI_LIBS_RPC_LOCALIZED_MESSAGE_H_
