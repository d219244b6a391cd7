#include "tests/load/prepared_call.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/unknown_field_set.h"

namespace wici::load {
namespace {

// The requests in `bytes`, or none when they are cut off.
std::vector<std::string> Split(std::string_view bytes) {
  constexpr std::size_t kLengthBytes = 4;
  std::vector<std::string> requests;
  while (!bytes.empty()) {
    if (bytes.size() < kLengthBytes) return {};
    std::size_t length = 0;
    for (std::size_t i = kLengthBytes; i > 0; --i) {
      length = length << 8 | static_cast<unsigned char>(bytes[i - 1]);
    }
    bytes.remove_prefix(kLengthBytes);
    if (bytes.size() < length) return {};
    requests.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  return requests;
}

class PreparedCall final : public Method {
 public:
  PreparedCall(std::string path, std::vector<std::string> requests)
      : path_(std::move(path)), requests_(std::move(requests)) {}
  std::string path() const override { return path_; }
  grpc::ByteBuffer Request(std::int64_t number) override {
    return ToBuffer(requests_[static_cast<std::size_t>(number) % requests_.size()]);
  }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    grpc::ProtoBufferReader reader(&buffer);
    google::protobuf::UnknownFieldSet answer;
    if (!reader.status().ok() || !answer.ParseFromZeroCopyStream(&reader)) return "WRONG";
    int rows = 0;
    name_.clear();
    for (int i = 0; i < answer.field_count(); ++i) {
      const google::protobuf::UnknownField& field = answer.field(i);
      if (field.number() != 1) continue;
      ++rows;
      if (field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED) {
        name_ = field.length_delimited();
      }
    }
    return absl::StrCat("ROWS_", rows);
  }
  std::string Name() const override { return name_; }

 private:
  const std::string path_;
  const std::vector<std::string> requests_;
  std::string name_;
};

}  // namespace

std::unique_ptr<Method> MakePreparedCall(const std::string& path, const std::string& file) {
  std::ifstream input(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(input), {}};
  std::vector<std::string> requests = Split(bytes);
  if (requests.empty()) return nullptr;
  return std::make_unique<PreparedCall>(path, std::move(requests));
}

}  // namespace wici::load
