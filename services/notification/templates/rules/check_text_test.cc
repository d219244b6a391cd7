#include "services/notification/templates/rules/check_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(CheckTextTest, EveryProblemIsNamedWithItsPlace) {
  EXPECT_THAT(CheckText("{{nonsense}} {{#other}}{{name}}{{/other}} {{> nothing}} {{days.few}} "
                        "{{=<% %>=}}",
                        TextContext::kText),
              ElementsAre("at byte 0: the variable nonsense does not exist",
                          "at byte 13: the variable other does not exist",
                          "at byte 42: the shared text nothing does not exist",
                          "at byte 56: days.few is for sections only",
                          "at byte 69: the delimiters of tags cannot be changed"));
}

TEST(CheckTextTest, AFineTextHasNoProblem) {
  EXPECT_THAT(CheckText("{{#days}}{{days}} {{#days.one}}day{{/days.one}}{{^days.one}}days"
                        "{{/days.one}}{{/days}} {{! a comment }}{{> footer}} łódź",
                        TextContext::kText),
              IsEmpty());
  EXPECT_THAT(CheckText("", TextContext::kHtml), IsEmpty());
}

TEST(CheckTextTest, WhatCannotBeReadIsAProblem) {
  EXPECT_THAT(CheckText("{{#name}}", TextContext::kText), SizeIs(1));
  EXPECT_THAT(CheckText("{{/name}}", TextContext::kText), SizeIs(1));
  EXPECT_THAT(CheckText("{{name", TextContext::kText), SizeIs(1));
  EXPECT_THAT(CheckText("{{#name}}{{#days}}{{/name}}{{/days}}", TextContext::kText), SizeIs(1));
  EXPECT_THAT(CheckText("{{", TextContext::kText), SizeIs(1));
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "{{#name}}";
  for (int i = 0; i < 1000; ++i) deep += "{{/name}}";
  EXPECT_THAT(CheckText(deep, TextContext::kText), ElementsAre(HasSubstr("too deep")));
}

TEST(CheckTextTest, InHtmlAValueStandsOnlyWhereItCanDoNoHarm) {
  for (const char* fine :
       {"<p>{{name}}</p>", "<a href=\"{{answer_url}}\">{{name}}</a>",
        "<a href='https://example.org/?n={{name.url}}&t=1'>x</a>",
        "<img alt=\"{{event_title}}\" src=\"https://example.org/logo.png\">",
        "<!-- a comment --><p>{{name}}</p>", "<style>p { color: red }</style>{{name}}",
        "<br/>{{name}}", "<a href = \"{{answer_url}}\" {{> button}}>x</a>"}) {
    EXPECT_THAT(CheckText(fine, TextContext::kHtml), IsEmpty()) << fine;
  }
  for (const char* harmful :
       {"<p>{{{name}}}</p>", "<p>{{& name}}</p>", "<a href=\"{{name}}\">x</a>",
        "<a href=\" {{name}}\">x</a>", "<a href=\"https://example.org/{{name}}\">x</a>",
        "<a href={{answer_url}}>x</a>", "<a {{name}}>x</a>", "<{{name}}>",
        "<script>var n = \"{{name}}\";</script>", "<STYLE>{{name}}</STYLE>", "<!-- {{name}} -->",
        "<p onclick=\"f('{{name}}')\">x</p>", "<p style=\"{{name}}\">x</p>",
        "<a title=\"{{name}}\" href = '{{name}}'>x</a>", "<a title=x\"{{name}}\">x</a>",
        "<p title=\"{{answer_url}}\"{{name}}>x</p>"}) {
    EXPECT_THAT(CheckText(harmful, TextContext::kHtml), SizeIs(1)) << harmful;
  }
}

}  // namespace
}  // namespace wici::notification
