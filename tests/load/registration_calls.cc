#include "tests/load/registration_calls.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/hash/hash.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "wici/registration/v1/registration_service.pb.h"
#include "wici/testing/v1/echo_service.pb.h"

namespace wici::load {
namespace {

namespace registration = ::wici::registration::v1;

// Makes the requests of one run, each of another person.
class People {
 public:
  People(const std::string& event, std::string run)
      : run_(std::move(run)), hash_(absl::Hash<std::string>()(run_)) {
    request_.set_parent(event);
    request_.mutable_person()->set_given_name("Stanisława");
    request_.mutable_person()->set_language("pl");
    request_.mutable_person()->set_organisation("BioTechMed Mazovia Cluster");
  }
  const registration::CreateRegistrationRequest& Request(std::int64_t number) {
    request_.mutable_person()->set_family_name(absl::StrCat("Woźniak-", number));
    request_.mutable_person()->set_email(absl::StrCat("p", number, "@r", run_, ".example.org"));
    request_.set_request_id(absl::StrFormat("%08x-%04x-7%03x-8000-%012x", hash_ & 0xffffffff,
                                            (hash_ >> 32) & 0xffff, (hash_ >> 48) & 0xfff, number));
    return request_;
  }

 private:
  const std::string run_;
  const std::size_t hash_;
  registration::CreateRegistrationRequest request_;
};

// Says what registrations are, and remembers their names.
class Registered {
 public:
  explicit Registered(const std::string& event) : prefix_(absl::StrCat(event, "/registrations/")) {}
  std::string operator()(const registration::Registration& answer) {
    if (!absl::StartsWith(answer.name(), prefix_)) return "WRONG";
    names_.push_back(absl::Hash<std::string>()(answer.name()));
    switch (answer.state()) {
      case registration::REGISTRATION_STATE_CONFIRMED:
        return "CONFIRMED";
      case registration::REGISTRATION_STATE_WAITLISTED:
        return "WAITLISTED";
      default:
        return "WRONG";
    }
  }
  std::int64_t Duplicates() {
    std::sort(names_.begin(), names_.end());
    return names_.end() - std::unique(names_.begin(), names_.end());
  }

 private:
  const std::string prefix_;
  std::vector<std::size_t> names_;
};

class CreateRegistration final : public Method {
 public:
  CreateRegistration(const std::string& event, const std::string& run)
      : people_(event, run), registered_(event) {}
  std::string path() const override {
    return "/wici.registration.v1.RegistrationService/CreateRegistration";
  }
  grpc::ByteBuffer Request(std::int64_t number) override {
    return Serialize(people_.Request(number));
  }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    return Parse(buffer, answer_) ? registered_(answer_) : "WRONG";
  }
  std::int64_t Duplicates() override { return registered_.Duplicates(); }

 private:
  People people_;
  Registered registered_;
  registration::Registration answer_;
};

class CreateRegistrations final : public Method {
 public:
  CreateRegistrations(const std::string& event, const std::string& run, int people)
      : count_(people), people_(event, run), registered_(event) {
    request_.set_parent(event);
  }
  std::string path() const override {
    return "/wici.registration.v1.RegistrationService/BatchCreateRegistrations";
  }
  grpc::ByteBuffer Request(std::int64_t number) override {
    request_.clear_requests();
    for (int i = 0; i < count_; ++i) {
      *request_.add_requests() = people_.Request(number * count_ + i);
    }
    return Serialize(request_);
  }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    if (!Parse(buffer, answer_) || answer_.results_size() != count_) return "WRONG";
    std::string all;
    for (const auto& result : answer_.results()) {
      const std::string one =
          result.has_registration() ? registered_(result.registration()) : "REFUSED";
      if (all.empty()) all = one;
      if (one != all) return "MIXED";
    }
    return all;
  }
  std::int64_t Duplicates() override { return registered_.Duplicates(); }

 private:
  const int count_;
  People people_;
  Registered registered_;
  registration::BatchCreateRegistrationsRequest request_;
  registration::BatchCreateRegistrationsResponse answer_;
};

class Echo final : public Method {
 public:
  Echo(int request_bytes, int answer_bytes) {
    if (answer_bytes > 0) {
      answered_ = Payload(answer_bytes);
      request_.set_page_size(static_cast<int>(answered_.size()));  // so much wici-echo answers
    }
    request_.set_payload(request_bytes > 0
                             ? Payload(request_bytes - static_cast<int>(request_.ByteSizeLong()))
                             : std::string(kBytesOfRegistration, 'x'));
    if (answer_bytes == 0) answered_ = request_.payload();
  }
  std::string path() const override { return "/wici.testing.v1.EchoService/EchoInline"; }
  grpc::ByteBuffer Request(std::int64_t) override { return Serialize(request_); }
  std::string Judge(grpc::ByteBuffer& buffer) override {
    return Parse(buffer, answer_) && answer_.payload() == answered_ ? "ECHO" : "WRONG";
  }

 private:
  static constexpr std::size_t kBytesOfRegistration = 190;
  // A payload that takes so many bytes in a message: itself, its number, and its length.
  static std::string Payload(int bytes) {
    const int around = bytes < 0x80 + 2 ? 2 : 3;
    return std::string(static_cast<std::size_t>(std::max(bytes - around, 0)), 'x');
  }

  std::string answered_;  // the payload of each answer
  testing::v1::EchoRequest request_;
  testing::v1::EchoResponse answer_;
};

}  // namespace

std::unique_ptr<Method> MakeCreateRegistration(const std::string& event, const std::string& run) {
  return std::make_unique<CreateRegistration>(event, run);
}

std::unique_ptr<Method> MakeCreateRegistrations(const std::string& event, const std::string& run,
                                                int people) {
  return std::make_unique<CreateRegistrations>(event, run, people);
}

std::unique_ptr<Method> MakeEcho(int request_bytes, int answer_bytes) {
  return std::make_unique<Echo>(request_bytes, answer_bytes);
}

}  // namespace wici::load
