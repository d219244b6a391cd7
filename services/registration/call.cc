#include "services/registration/call.h"

#include <string>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "libs/base/log.h"

namespace wici::registration {

std::string SerializeForDigest(const google::protobuf::Message& request) {
  std::string text;
  google::protobuf::io::StringOutputStream stream(&text);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);  // maps have no order of their own
  WICI_CHECK(request.SerializeToCodedStream(&coded));
  coded.Trim();
  return text;
}

}  // namespace wici::registration
