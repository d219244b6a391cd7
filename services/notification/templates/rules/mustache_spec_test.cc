// The tests of the specification of Mustache, in the folder mustache_spec, against the engine that
// renders our texts.
#include <fstream>
#include <iterator>
#include <kainjow/mustache.hpp>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

namespace mustache = kainjow::mustache;
using google::protobuf::Struct;

// What the engine does otherwise: a line that holds nothing but a comment, a change of delimiters
// or a partial stays as a line, a partial is not indented with its tag, and delimiters that were
// changed outside of a section do not hold in it. Our texts count on the first, have no indented
// partials, and must not change delimiters.
const char* const kExceptions[] = {"comments: Indented Multiline Standalone",
                                   "comments: Indented Standalone",
                                   "comments: Multiline Standalone",
                                   "comments: Standalone",
                                   "comments: Standalone Line Endings",
                                   "comments: Standalone Without Newline",
                                   "comments: Standalone Without Previous Line",
                                   "delimiters: Indented Standalone Tag",
                                   "delimiters: Inverted Sections",
                                   "delimiters: Partial Inheritence",
                                   "delimiters: Sections",
                                   "delimiters: Standalone Line Endings",
                                   "delimiters: Standalone Tag",
                                   "delimiters: Standalone Without Newline",
                                   "delimiters: Standalone Without Previous Line",
                                   "partials: Standalone Indentation",
                                   "partials: Standalone Line Endings",
                                   "partials: Standalone Without Newline",
                                   "partials: Standalone Without Previous Line"};

mustache::data ToData(const google::protobuf::Value& value) {
  switch (value.kind_case()) {
    case google::protobuf::Value::kStringValue:
      return mustache::data(value.string_value());
    case google::protobuf::Value::kNumberValue:
      return mustache::data(absl::StrCat(value.number_value()));
    case google::protobuf::Value::kBoolValue:
      return mustache::data(value.bool_value());
    case google::protobuf::Value::kListValue: {
      mustache::data list(mustache::data::type::list);
      for (const auto& item : value.list_value().values()) list.push_back(ToData(item));
      return list;
    }
    case google::protobuf::Value::kStructValue: {
      mustache::data object(mustache::data::type::object);
      for (const auto& [name, item] : value.struct_value().fields()) object.set(name, ToData(item));
      return object;
    }
    default:
      return mustache::data(false);
  }
}

std::string RenderCase(const Struct& test) {
  mustache::data data = ToData(test.fields().at("data"));
  const auto partials = test.fields().find("partials");
  if (partials != test.fields().end()) {
    for (const auto& [name, text] : partials->second.struct_value().fields()) {
      data.set(name, mustache::partial([text = text.string_value()] { return text; }));
    }
  }
  mustache::mustache parsed(test.fields().at("template").string_value());
  return parsed.render(data);
}

TEST(MustacheSpecTest, TheSpecificationHoldsButForTheListedCases) {
  std::set<std::string> failed;
  int count = 0;
  for (const char* module :
       {"comments", "delimiters", "interpolation", "inverted", "partials", "sections"}) {
    const std::string path =
        absl::StrCat("services/notification/templates/rules/mustache_spec/", module, ".json");
    std::ifstream file(path);
    const std::string json{std::istreambuf_iterator<char>(file), {}};
    Struct spec;
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(json, &spec).ok()) << path;
    for (const auto& item : spec.fields().at("tests").list_value().values()) {
      const Struct& test = item.struct_value();
      ++count;
      if (RenderCase(test) == test.fields().at("expected").string_value()) continue;
      failed.insert(absl::StrCat(module, ": ", test.fields().at("name").string_value()));
    }
  }
  EXPECT_GE(count, 100);
  EXPECT_THAT(failed, ::testing::ElementsAreArray(kExceptions));
}

}  // namespace
}  // namespace wici::notification
