// Texts that mean harm, and ordinary ones among them, from a seed. Header only. They are UTF-8,
// since a field of a message has nothing else (protobuf refuses it), but for Bytes().
#ifndef WICI_TESTS_FUZZ_HOSTILE_H_
#define WICI_TESTS_FUZZ_HOSTILE_H_

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace wici::fuzz {

// The same seed gives the same texts. Not thread-safe.
class Hostile {
 public:
  explicit Hostile(std::uint64_t seed) : random_(seed) {}

  // In [0, below).
  std::size_t Below(std::size_t below) { return random_() % below; }
  bool OneIn(std::size_t chances) { return Below(chances) == 0; }

  // Half of them are what people write, the others are whatever can be thought of.
  std::string Text() { return OneIn(2) ? Ordinary() : Evil(); }

  // Words and letters of several languages; no control characters, no broken UTF-8.
  std::string Ordinary() {
    std::string text;
    for (std::size_t n = 1 + Below(6); n > 0; --n) {
      text += kOrdinary[Below(std::size(kOrdinary))];
      if (n > 1) text += ' ';
    }
    return text;
  }

  // Control characters, line breaks with commands and fields behind them, markup of every layer,
  // and texts that are longer than any field.
  std::string Evil() {
    if (OneIn(20)) return std::string(500 + Below(2000), "a \r"[Below(3)]);
    std::string text;
    for (std::size_t n = 1 + Below(6); n > 0; --n) {
      switch (Below(3)) {
        case 0:
          text += kEvil[Below(std::size(kEvil))];
          break;
        case 1:
          text += kOrdinary[Below(std::size(kOrdinary))];
          break;
        default:
          text += static_cast<char>(Below(128));
      }
    }
    return text;
  }

  // Evil() with broken UTF-8 in it.
  std::string Bytes() {
    std::string text = Evil();
    for (std::size_t n = 1 + Below(3); n > 0; --n) {
      const std::string_view piece = kBroken[Below(std::size(kBroken))];
      text.insert(Below(text.size() + 1), piece.data(), piece.size());
    }
    return text;
  }

  // local@domain; every second one is a mailbox that could exist.
  std::string Address() {
    static constexpr std::string_view kLocals[] = {"jan", "o'neil+x", "łukasz", "a.b-c_d", "олена"};
    static constexpr std::string_view kDomains[] = {"example.org", "żółw.example",
                                                    "x.y.example.com", "localhost"};
    std::string address = std::string(kLocals[Below(std::size(kLocals))]) + "@" +
                          std::string(kDomains[Below(std::size(kDomains))]);
    if (OneIn(2)) return address;
    return address.insert(Below(address.size() + 1), OneIn(4) ? Evil() : std::string(Piece()));
  }

 private:
  std::string_view Piece() { return kEvil[Below(std::size(kEvil))]; }

  static constexpr std::string_view kOrdinary[] = {"Zaproszenie",
                                                   "spotkanie",
                                                   "Łódź",
                                                   "gęślą",
                                                   "Їжакевич",
                                                   "Київ",
                                                   "Příliš",
                                                   "Müller",
                                                   "日本語",
                                                   "👩‍👩‍👧",
                                                   "18 grudnia 2015,",
                                                   "O'Brien",
                                                   "A & B",
                                                   "(c)",
                                                   "100 %",
                                                   "a=b",
                                                   "e\u0301",
                                                   "–"};

  static constexpr std::string_view kBroken[] = {
      "\xff", "\xc3",    "\xed\xa0\x80", "\xc0\x8d\xc0\x8a", "\xf8\x88\x80\x80\x80",
      "\x80", "\xe2\x82"};

  // NUL stands in a literal of its own with its length.
  static constexpr std::string_view kEvil[] = {
      "\r\nBcc: evil@example.net",
      "\nBcc: evil@example.net",
      "\rBcc: evil@example.net",
      "\r\n\r\n<script>",
      "\r\n.\r\nMAIL FROM:<evil@example.net>\r\n",
      "\n.\n",
      ".",
      "..",
      "\r",
      "\n",
      "\r\n",
      "\r\n ",
      std::string_view("\0", 1),
      std::string_view("\r\0\n", 3),
      "\t",
      "\v",
      "\f",
      "\x1b[31m",
      "\x7f",
      "\xc2\x85",
      "\xe2\x80\xa8",
      "\xe2\x80\xa9",
      "\xe2\x80\xae",
      "\xef\xbb\xbf",
      "\xc2\xa0",

      "=?utf-8?q?=0D=0ABcc:_evil=40example.net?=",
      "=?UTF-8?B?DQpCY2M6IHg=?=",
      "=?",
      "?=",
      "=0D=0A",
      "%0d%0aBcc:%20evil@example.net",
      "\"",
      "\\",
      "\\\"",
      "<",
      ">",
      "<evil@example.net>",
      ",",
      ";",
      ":",
      "@",
      "(",
      ")",
      "[127.0.0.1]",
      "--=_wici_alternative",
      "\r\n--=_wici_alternative--\r\n",
      "\r\n--=_wici_mixed\r\nContent-Type: text/html\r\n\r\n",
      "> ORCPT=rfc822;x",
      "b@y>\r\nRCPT TO:<evil@example.net",
      "\r\nATTENDEE:mailto:evil@example.net",
      "\nEND:VEVENT\nBEGIN:VEVENT\nUID:evil",
      "\\nATTENDEE:mailto:evil@example.net",
      "\";X=\"",
      "^n^'",
      "{{name}}",
      "{{{name}}}",
      "{{&name}}",
      "{{#name}}",
      "{{/name}}",
      "{{> footer}}",
      "{{=<% %>=}}",
      "{{",
      "}}",
      "<script>alert(1)</script>",
      "\" onclick=\"x",
      "javascript:x",
      "&#13;&#10;",
      "  ",
      " ",
      "From ",
      "../../etc/passwd"};

  std::mt19937_64 random_;
};

}  // namespace wici::fuzz

#endif  // WICI_TESTS_FUZZ_HOSTILE_H_
