// The tests of the specification of Mustache, in the folder spec, against the engine that renders
// our texts; and what else is asked of it.
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "services/notification/templates/mustache/mustache.h"

namespace wici::notification {
namespace {

using google::protobuf::Struct;
using JsonData = google::protobuf::Value;
using ::testing::HasSubstr;

// JSON as data of a template.
class JsonValue final : public MustacheValue {
 public:
  explicit JsonValue(const JsonData& value) : value_(value) {
    for (const auto& [name, member] : value_.struct_value().fields()) {
      members_.emplace(name, std::make_unique<JsonValue>(member));
    }
    for (const JsonData& item : value_.list_value().values()) {
      owned_.push_back(std::make_unique<JsonValue>(item));
      items_.push_back(owned_.back().get());
    }
  }

  bool IsTrue() const override {
    switch (value_.kind_case()) {
      case JsonData::kBoolValue:
        return value_.bool_value();
      case JsonData::kListValue:
        return !items_.empty();
      case JsonData::kNullValue:
      case JsonData::KIND_NOT_SET:
        return false;
      default:
        return true;
    }
  }
  std::string Text() const override {
    if (value_.kind_case() == JsonData::kNumberValue) return absl::StrCat(value_.number_value());
    return value_.string_value();
  }
  const MustacheValue* Member(const std::string& name) const override {
    const auto found = members_.find(name);
    return found == members_.end() ? nullptr : found->second.get();
  }
  const std::vector<const MustacheValue*>* Items() const override {
    return value_.kind_case() == JsonData::kListValue ? &items_ : nullptr;
  }

 private:
  JsonData value_;
  std::map<std::string, std::unique_ptr<JsonValue>> members_;
  std::vector<std::unique_ptr<JsonValue>> owned_;
  std::vector<const MustacheValue*> items_;
};

std::string RenderCase(const Struct& test) {
  std::map<std::string, std::string> partials;
  const auto found = test.fields().find("partials");
  if (found != test.fields().end()) {
    for (const auto& [name, text] : found->second.struct_value().fields()) {
      partials.emplace(name, text.string_value());
    }
  }
  MustacheOptions options;
  options.partial = [&](const std::string& name) {
    const auto partial = partials.find(name);
    return partial == partials.end() ? nullptr : &partial->second;
  };
  const auto rendered = RenderMustache(test.fields().at("template").string_value(),
                                       JsonValue(test.fields().at("data")), options);
  return rendered.ok() ? *rendered : std::string(rendered.status().message());
}

TEST(MustacheSpecTest, EveryCaseOfTheSpecificationHolds) {
  int count = 0;
  for (const char* module :
       {"comments", "delimiters", "interpolation", "inverted", "partials", "sections"}) {
    const std::string path =
        absl::StrCat("services/notification/templates/mustache/spec/", module, ".json");
    std::ifstream file(path);
    const std::string json{std::istreambuf_iterator<char>(file), {}};
    Struct spec;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &spec).ok()) << path;
    for (const auto& item : spec.fields().at("tests").list_value().values()) {
      const Struct& test = item.struct_value();
      ++count;
      EXPECT_EQ(RenderCase(test), test.fields().at("expected").string_value())
          << module << ": " << test.fields().at("name").string_value();
    }
  }
  EXPECT_GE(count, 100);
}

// `text` with data as JSON.
absl::StatusOr<std::string> RenderWith(const std::string& text, const std::string& json,
                                       const MustacheOptions& options = {}) {
  JsonData data;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &data).ok()) << json;
  return RenderMustache(text, JsonValue(data), options);
}

TEST(MustacheSpecTest, ANameIsLookedForFromTheInnermostSectionOutwards) {
  EXPECT_EQ(*RenderWith("{{#a}}{{b.c}}{{/a}}", R"({"a":{"b":{}},"b":{"c":"no"}})"), "");
  EXPECT_EQ(*RenderWith("{{#a}}{{x}}{{y}}{{/a}}", R"({"a":{"x":"in"},"x":"out","y":"!"})"), "in!");
  EXPECT_EQ(*RenderWith("{{#l}}({{#.}}{{.}}{{/.}}){{/l}}", R"({"l":[[1,2],["a"]]})"), "(12)(a)");
  EXPECT_EQ(*RenderWith("{{a}}{{! a }}{{!a}}", R"({"a":null,"! a":"no"})"), "");
}

TEST(MustacheSpecTest, StrictDataHasNoHoles) {
  MustacheOptions strict;
  strict.strict = true;
  const std::string data = R"({"name":"Anna","empty":""})";
  EXPECT_EQ(
      *RenderWith("{{name}}{{^empty}}!{{/empty}}", R"({"name":"Anna","empty":false})", strict),
      "Anna!");
  for (const char* text : {"{{other}}", "{{empty}}", "{{name.first}}", "{{#other}}{{/other}}",
                           "{{^other}}{{/other}}", "{{> other}}", "{{&other}}", "{{{other}}}"}) {
    const auto rendered = RenderWith(text, data, strict);
    ASSERT_EQ(rendered.status().code(), absl::StatusCode::kFailedPrecondition) << text;
    EXPECT_THAT(std::string(rendered.status().message()), HasSubstr("nothing to write for: "));
    EXPECT_TRUE(RenderWith(text, data).ok()) << text;
  }
  EXPECT_EQ(*RenderWith("a{{^name}}{{other}}{{/name}}", data, strict), "a");
}

TEST(MustacheSpecTest, WhatCannotBeReadIsAnErrorThatNamesThePlace) {
  const std::pair<const char*, const char*> all[] = {
      {"ab{{name", "Unclosed tag at 2"},
      {"{{{name}}", "Unclosed tag at 0"},
      {"{{", "Unclosed tag at 0"},
      {" {{#a}}{{/b}}", "Unclosed section \"a\" at 1"},
      {"{{#a}}{{#b}}{{/a}}{{/b}}", "Unclosed section \"b\" at 6"},
      {"{{^a}}", "Unclosed section \"a\" at 0"},
      {"x{{/a}}", "Unopened section \"a\" at 1"},
      {"{{=<%=}}", "Invalid set delimiter tag at 0"},
      {"{{==}}", "Invalid set delimiter tag at 0"},
      {"{{=}}", "Invalid set delimiter tag at 0"},
      {"{{=a b c=}}", "Invalid set delimiter tag at 0"},
      {"{{== ==}}", "Invalid set delimiter tag at 0"}};
  for (const auto& [text, problem] : all) {
    EXPECT_EQ(ParseMustache(text).status().message(), problem) << text;
    EXPECT_EQ(RenderWith(text, "{}").status().code(), absl::StatusCode::kFailedPrecondition)
        << text;
  }
}

TEST(MustacheSpecTest, DepthAndSizeHaveLimits) {
  std::string deep;
  for (int i = 0; i < kMustacheDepthMax; ++i) deep += "{{#a}}";
  std::string closed;
  for (int i = 0; i < kMustacheDepthMax; ++i) closed += "{{/a}}";
  EXPECT_TRUE(ParseMustache(deep + "x" + closed).ok());
  EXPECT_THAT(std::string(ParseMustache(deep + "{{#a}}{{/a}}" + closed).status().message()),
              HasSubstr("too deep"));
  MustacheOptions endless;
  const std::string itself = "x{{> itself}}";
  endless.partial = [&](const std::string&) { return &itself; };
  EXPECT_THAT(std::string(RenderWith(itself, "{}", endless).status().message()),
              HasSubstr("too deep"));
  // 20^5 times the ten letters.
  std::string twenty;
  for (int i = 0; i < 20; ++i) {
    twenty += "{{#l}}{{#l}}{{#l}}{{#l}}xxxxxxxxxx{{/l}}{{/l}}{{/l}}{{/l}}";
  }
  std::string list = "[1";
  for (int i = 1; i < 20; ++i) list += ",1";
  EXPECT_THAT(std::string(RenderWith(twenty, R"({"l":)" + list + "]}").status().message()),
              HasSubstr("too long"));
}

// Whatever was rendered meanwhile: trees are kept, and thrown away to make room.
TEST(MustacheSpecTest, ATextRenderedAgainIsTheSame) {
  const std::string partial = "{{#b}}[{{b}}]{{/b}}";
  MustacheOptions options;
  options.partial = [&](const std::string&) { return &partial; };
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 600; ++i) {
      const std::string text = absl::StrCat(i, "{{a}}{{> p}}");
      EXPECT_EQ(RenderWith(text, R"({"a":"x","b":"y"})", options).value(), absl::StrCat(i, "x[y]"));
      EXPECT_EQ(RenderWith(text, R"({"a":"z"})", options).value(), absl::StrCat(i, "z"));
    }
  }
}

}  // namespace
}  // namespace wici::notification
