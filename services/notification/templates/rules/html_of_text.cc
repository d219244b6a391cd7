#include "services/notification/templates/rules/html_of_text.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace wici::notification {
namespace {

// Takes the tag at the beginning of `text`, with its braces.
std::string TakeTag(std::string& text) {
  const std::size_t end = text.find("}}");
  const std::string tag = text.substr(0, end == std::string::npos ? end : end + 2);
  text.erase(0, tag.size());
  return tag;
}

// Whether `text` begins with a section that ends after it.
bool OpensBeyond(const std::string& text) {
  if (!absl::StartsWith(text, "{{#") && !absl::StartsWith(text, "{{^")) return false;
  const std::size_t end = text.find("}}");
  if (end == std::string::npos) return false;
  return !absl::StrContains(text, absl::StrCat("{{/", text.substr(3, end - 3), "}}"));
}

// Takes the tags that stand around the paragraph and not in it.
std::string TakeTagsAround(std::string& text) {
  std::string tags;
  while (true) {
    if (absl::StartsWith(text, "{{> ")) {
      absl::StrAppend(&tags, TakeTag(text));
      if (absl::StartsWith(text, "\n")) {
        text.erase(0, 1);
        absl::StrAppend(&tags, "\n");
      }
    } else if (absl::StartsWith(text, "{{/") || OpensBeyond(text)) {
      absl::StrAppend(&tags, TakeTag(text));
    } else {
      return tags;
    }
  }
}

std::string EscapeOutsideTags(std::string_view text) {
  std::string rest(text);
  std::string escaped;
  while (!rest.empty()) {
    const std::size_t start = rest.find("{{");
    absl::StrAppend(&escaped, absl::StrReplaceAll(rest.substr(0, start),
                                                  {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}}));
    if (start == std::string::npos) break;
    rest.erase(0, start);
    absl::StrAppend(&escaped, TakeTag(rest));
  }
  return escaped;
}

// "{{answer_url}}" of a paragraph that is a label and this address, else "".
std::string AddressOf(const std::string& paragraph) {
  const std::size_t line = paragraph.find(":\n{{");
  if (line == std::string::npos || !absl::EndsWith(paragraph, "_url}}")) return "";
  std::string rest = paragraph.substr(line + 2);
  const std::string address = TakeTag(rest);
  return rest.empty() ? address : "";
}

std::string Paragraph(const std::string& text) {
  // One to a line, as they come.
  if (text == "{{items}}") return "<p style=\"white-space:pre-line\">{{items}}</p>\n";
  const std::string address = AddressOf(text);
  if (address.empty()) return absl::StrCat("<p>", EscapeOutsideTags(text), "</p>\n");
  const std::string label =
      EscapeOutsideTags(std::string_view(text).substr(0, text.size() - address.size() - 2));
  const bool quiet = address == "{{calendar_url}}" || address == "{{decline_url}}";
  return absl::StrCat("<p><a href=\"", address, quiet ? "\">" : "\"\n  {{> button}}>", label,
                      "</a></p>\n");
}

}  // namespace

std::string HtmlOfText(std::string_view text) {
  std::string html;
  std::vector<std::string> blocks = absl::StrSplit(std::string(text), "\n\n");
  for (std::string& block : blocks) {
    absl::StrAppend(&html, TakeTagsAround(block));
    const std::string paragraph(absl::StripSuffix(block, "\n"));
    if (!paragraph.empty()) absl::StrAppend(&html, Paragraph(paragraph));
  }
  return html;
}

std::string HtmlOfFacts(std::string_view text) {
  std::string html =
      "<table role=\"presentation\"\n"
      "  style=\"border-left:4px solid #1a5fb4;padding-left:12px;margin:16px 0\">\n";
  const std::vector<std::string> lines = absl::StrSplit(std::string(text), '\n', absl::SkipEmpty());
  for (std::string line : lines) {
    while (absl::StartsWith(line, "{{/") || OpensBeyond(line)) {
      absl::StrAppend(&html, TakeTag(line));
    }
    const std::size_t colon = line.find(": ");
    if (colon == std::string::npos) {
      absl::StrAppend(&html, "<tr><td colspan=\"2\" style=\"padding:2px 0\"><strong>", line,
                      "</strong></td></tr>\n");
      continue;
    }
    const std::string value = line.substr(colon + 2);
    const bool link = absl::EndsWith(value, "_url}}");
    absl::StrAppend(&html,
                    "<tr><th align=\"left\" valign=\"top\"\n"
                    "  style=\"padding:2px 12px 2px 0;font-weight:normal;color:#666666\">",
                    line.substr(0, colon + 1), "</th>\n  <td style=\"padding:2px 0\">");
    absl::StrAppend(&html, link ? absl::StrCat("<a href=\"", value, "\">", value, "</a>") : value,
                    "</td></tr>\n");
  }
  return absl::StrCat(html, "</table>\n");
}

std::string HtmlOfFooter(std::string_view text) {
  const std::vector<std::string> halves = absl::StrSplit(std::string(text), "\n\n---\n");
  return absl::StrCat(
      "<p>", absl::StrReplaceAll(halves.front(), {{"\n", "<br>"}}), "</p>\n<p\n",
      "  style=\"color:#666666;font-size:13px;border-top:1px solid #dddddd;padding-top:8px\">\n",
      absl::StripSuffix(halves.back(), "\n"), "</p>\n");
}

}  // namespace wici::notification
