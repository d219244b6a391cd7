#include "services/notification/intake/process/inbound_mail.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wici::notification {
namespace {

constexpr char kOurs[] = "b+d1.0123456789abcdef@bounce.wici.example.org";

// As Postfix 3.7 writes it.
constexpr char kPostfixBounce[] = R"(Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: b+d1.0123456789abcdef@bounce.wici.example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
    boundary="4A1F52A0B.1450436400/mx.example.org"

This is a MIME-encapsulated message.

--4A1F52A0B.1450436400/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

--4A1F52A0B.1450436400/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4A1F52A0B
Arrival-Date: Fri, 18 Dec 2015 12:00:00 +0100 (CET)

Final-Recipient: rfc822; nobody@example.org
Original-Recipient: rfc822;nobody@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: X-Postfix; unknown user: "nobody"

--4A1F52A0B.1450436400/mx.example.org
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: events@wici.example.org
Subject: Zaproszenie
Status: 4.0.0
Action: delayed

Text
--4A1F52A0B.1450436400/mx.example.org--
)";

// As Postfix 3.7 writes it of a mail with SMTPUTF8 (RFC 6533).
constexpr char kUtf8Bounce[] = R"(Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: b+d1.0123456789abcdef@bounce.wici.example.org
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
    boundary="4A1F52A0B.1450436400/mx.example.org"
Content-Transfer-Encoding: 8bit

This is a MIME-encapsulated message.

--4A1F52A0B.1450436400/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

<łukasz@example.org>: unknown user: "łukasz"

--4A1F52A0B.1450436400/mx.example.org
Content-Description: Delivery report
Content-Type: message/global-delivery-status
Content-Transfer-Encoding: 8bit

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4A1F52A0B
X-Postfix-Sender: utf-8; b+d1.0123456789abcdef@bounce.wici.example.org
Arrival-Date: Fri, 18 Dec 2015 12:00:00 +0100 (CET)

Final-Recipient: utf-8; łukasz@example.org
Original-Recipient: utf-8;łukasz@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: X-Postfix; unknown user: "łukasz"

--4A1F52A0B.1450436400/mx.example.org
Content-Description: Undelivered Message
Content-Type: message/global
Content-Transfer-Encoding: 8bit

From: events@wici.example.org
To: Łukasz <łukasz@example.org>
Status: 4.0.0
Action: delayed

Text
--4A1F52A0B.1450436400/mx.example.org--
)";

constexpr char kComplaint[] = R"(From: <feedback@isp.example.com>
To: <fbl@wici.example.org>
Subject: FW: Zaproszenie
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"

--part
Content-Type: text/plain

This is an email abuse report.

--part
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <b+d1.0123456789abcdef@bounce.wici.example.org>

--part
Content-Type: message/rfc822

From: events@wici.example.org
Return-Path: <b+d2.0123456789abcdef@bounce.wici.example.org>
Subject: Zaproszenie

Text
--part--
)";

// As Outlook answers: without ORGANIZER, with a folded line and quotes.
constexpr char kOutlookReply[] = R"(From: Jan <jan@example.org>
To: events@wici.example.org
Subject: Accepted: Srebro spotyka
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="alt"

--alt
Content-Type: text/plain

Yes
--alt
Content-Type: text/calendar; charset="utf-8"; method=REPLY
Content-Transfer-Encoding: 8bit

BEGIN:VCALENDAR
METHOD:REPLY
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
BEGIN:VTIMEZONE
TZID:Central European Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
UID:not-this
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ATTENDEE;PARTSTAT=ACCEPTED;CN="Jan: the ""first"";x":MAILTO:jan@
 example.org
COMMENT;LANGUAGE=pl-PL:\n
UID:silver@0190.events.wici
SUMMARY;LANGUAGE=pl-PL:Accepted: Srebro spotyka
DTSTAMP:20151201T100000Z
SEQUENCE:2
BEGIN:VALARM
UID:nor-this
END:VALARM
END:VEVENT
END:VCALENDAR
--alt--
)";

std::string OnTheWire(std::string_view text) {
  return absl::StrReplaceAll(std::string(text), {{"\n", "\r\n"}});
}

template <class Kind>
const Kind* As(const Inbound& inbound) {
  return std::get_if<Kind>(&inbound);
}

TEST(InboundMailTest, ReadsABounceOfPostfix) {
  for (const std::string& mail : {std::string(kPostfixBounce), OnTheWire(kPostfixBounce)}) {
    const Inbound inbound = ReadInbound(mail, kOurs);
    const auto* bounce = As<InboundBounce>(inbound);
    ASSERT_NE(bounce, nullptr);
    EXPECT_EQ(bounce->token, "d1.0123456789abcdef");
    EXPECT_EQ(bounce->action, "failed");
    EXPECT_EQ(bounce->status, "5.1.1") << "not what the returned mail says";
  }
}

TEST(InboundMailTest, ReadsABounceOfAnAddressInUtf8) {
  // A status may be encoded there, so that it passes a relay for seven bits.
  const std::string encoded = absl::StrReplaceAll(
      kUtf8Bounce, {{"global-delivery-status\nContent-Transfer-Encoding: 8bit",
                     "global-delivery-status\nContent-Transfer-Encoding: quoted-printable"},
                    {"Final-Recipient: utf-8; łukasz@", "Final-Recipient: utf-8; =C5=82ukasz@"}});
  for (const std::string& mail : {std::string(kUtf8Bounce), OnTheWire(kUtf8Bounce), encoded}) {
    const Inbound inbound = ReadInbound(mail, kOurs);
    const auto* bounce = As<InboundBounce>(inbound);
    ASSERT_NE(bounce, nullptr);
    EXPECT_EQ(bounce->token, "d1.0123456789abcdef");
    EXPECT_EQ(bounce->action, "failed");
    EXPECT_EQ(bounce->status, "5.1.1");
  }
}

TEST(InboundMailTest, TheAddressSaysWhichMailCameBackAndNotTheText) {
  EXPECT_NE(As<InboundNothing>(ReadInbound(kPostfixBounce, "events@wici.example.org")), nullptr);
  const Inbound other = ReadInbound(kPostfixBounce, "<B+d7.ffff@bounce.wici.example.org>");
  ASSERT_NE(As<InboundBounce>(other), nullptr);
  EXPECT_EQ(As<InboundBounce>(other)->token, "d7.ffff");
}

TEST(InboundMailTest, AnOutOfOfficeNoteIsNoBounce) {
  EXPECT_NE(
      As<InboundNothing>(ReadInbound("From: jan@example.org\r\nAuto-Submitted: auto-replied\r\n"
                                     "Subject: Re: Zaproszenie\r\n\r\nAction: failed\r\n"
                                     "Status: 5.1.1\r\n",
                                     kOurs)),
      nullptr);
}

TEST(InboundMailTest, ReadsAComplaint) {
  const Inbound inbound = ReadInbound(OnTheWire(kComplaint), "fbl@wici.example.org");
  const auto* complaint = As<InboundComplaint>(inbound);
  ASSERT_NE(complaint, nullptr);
  EXPECT_EQ(complaint->token, "d1.0123456789abcdef");
  EXPECT_EQ(complaint->feedback_type, "abuse");
  const std::string redacted =
      absl::StrReplaceAll(kComplaint, {{"Original-Mail-From: <b+d1", "Original-Mail-From: <x"}});
  const Inbound by_path = ReadInbound(redacted, "fbl@wici.example.org");
  ASSERT_NE(As<InboundComplaint>(by_path), nullptr);
  EXPECT_EQ(As<InboundComplaint>(by_path)->token, "d2.0123456789abcdef");
  for (const char* type : {"message/global", "message/global-headers", "text/rfc822-headers"}) {
    const Inbound other =
        ReadInbound(absl::StrReplaceAll(redacted, {{"message/rfc822", type}}), "fbl@x.example.org");
    ASSERT_NE(As<InboundComplaint>(other), nullptr) << type;
    EXPECT_EQ(As<InboundComplaint>(other)->token, "d2.0123456789abcdef") << type;
  }
}

TEST(InboundMailTest, AMailToTheAddressOfTheListUnsubscribes) {
  const Inbound inbound = ReadInbound("", "u+d1.0123456789abcdef@bounce.wici.example.org");
  ASSERT_NE(As<InboundUnsubscribe>(inbound), nullptr);
  EXPECT_EQ(As<InboundUnsubscribe>(inbound)->token, "d1.0123456789abcdef");
}

TEST(InboundMailTest, ReadsAnAnswerOfOutlook) {
  for (const std::string& mail : {std::string(kOutlookReply), OnTheWire(kOutlookReply)}) {
    const Inbound inbound = ReadInbound(mail, "events@wici.example.org");
    const auto* reply = As<CalendarReply>(inbound);
    ASSERT_NE(reply, nullptr);
    EXPECT_EQ(reply->uid, "silver@0190.events.wici");
    EXPECT_EQ(reply->attendee, "jan@example.org");
    EXPECT_EQ(reply->participation, "ACCEPTED");
    EXPECT_EQ(reply->sequence, 2);
    EXPECT_EQ(absl::FormatTime(absl::RFC3339_sec, reply->stamp, absl::UTCTimeZone()),
              "2015-12-01T10:00:00+00:00");
  }
}

TEST(InboundMailTest, WhatIsNoAnswerIsNone) {
  const std::string calendar =
      "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:a\n"
      "DTSTAMP:20151201T100000Z\nATTENDEE;PARTSTAT=DECLINED:mailto:a@b.pl\n"
      "END:VEVENT\nEND:VCALENDAR\n";
  const auto read = [&](std::vector<std::pair<absl::string_view, absl::string_view>> changes) {
    return ReadCalendarReply(absl::StrReplaceAll(calendar, changes)).has_value();
  };
  EXPECT_TRUE(read({}));
  EXPECT_FALSE(read({{"METHOD:REPLY", "METHOD:REQUEST"}}));
  EXPECT_FALSE(read({{"METHOD:REPLY\n", ""}}));
  EXPECT_FALSE(read({{"UID:a\n", ""}}));
  EXPECT_FALSE(read({{"DTSTAMP:20151201T100000Z\n", ""}}));
  EXPECT_FALSE(read({{"20151201T100000Z", "yesterday"}}));
  EXPECT_FALSE(read({{"DECLINED", "NEEDS-ACTION"}}));
  EXPECT_FALSE(read({{"mailto:", "https:"}}));
  EXPECT_FALSE(read({{"UID:a\n", "UID:a\nSEQUENCE:-1\n"}}));
  EXPECT_FALSE(read({{"UID:a\n", "UID:a\nSEQUENCE:99999999999\n"}}));
  EXPECT_FALSE(read({{"END:VEVENT\n", "END:VEVENT\nBEGIN:VEVENT\nEND:VEVENT\n"}})) << "two entries";
  EXPECT_FALSE(read({{"END:VEVENT\n", "ATTENDEE;PARTSTAT=DECLINED:mailto:c@d.pl\nEND:VEVENT\n"}}))
      << "two attendees";
  EXPECT_FALSE(ReadCalendarReply(calendar + std::string(300 * 1024, 'x')).has_value());
}

TEST(InboundMailTest, ATokenStandsBehindItsMark) {
  EXPECT_EQ(TokenIn("b+x.y@h", "b"), "x.y");
  EXPECT_EQ(TokenIn(" <B+X.y@h>", "b"), "X.y");
  for (const char* other : {"", "b", "b+", "b+x", "@b+x", "bb+x@h", "u+x@h", "b@h+x", "b@h"}) {
    EXPECT_EQ(TokenIn(other, "b"), "") << other;
  }
}

// Mails that were cut, mixed and damaged: read or refused, but never more than that. The same ones
// in every run.
TEST(InboundMailTest, BrokenMailsAreReadOrRefused) {
  const std::string seeds[] = {OnTheWire(kPostfixBounce), OnTheWire(kComplaint),
                               OnTheWire(kOutlookReply)};
  std::uint32_t state = 12345;
  const auto next = [&state](std::size_t bound) {
    state = state * 1664525u + 1013904223u;
    return static_cast<std::size_t>(state >> 8u) % bound;
  };
  constexpr std::string_view kInserts[] = {"\r\n\r\n",
                                           "--part\r\n",
                                           "Content-Type: message/rfc822\r\n",
                                           std::string_view("\0", 1),
                                           ";boundary=\"alt\"",
                                           "\xff\xfe",
                                           "BEGIN:VEVENT\r\n",
                                           "Status: \r\n",
                                           "\"",
                                           "=?utf-8?q?="};
  int understood = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string mail = seeds[next(3)];
    for (std::size_t damage = next(6); damage > 0; --damage) {
      const std::size_t at = next(mail.size() + 1);
      switch (next(4)) {
        case 0:
          mail.resize(at);
          break;
        case 1:
          mail.insert(at, kInserts[next(std::size(kInserts))]);
          break;
        case 2:
          mail.erase(at, next(80));
          break;
        default:
          if (at < mail.size()) mail[at] = static_cast<char>(next(256));
      }
    }
    const Inbound inbound = ReadInbound(mail, i % 2 == 0 ? kOurs : "events@wici.example.org");
    if (As<InboundNothing>(inbound) == nullptr) ++understood;
  }
  EXPECT_GT(understood, 300) << "little damage does no harm";
}

TEST(InboundMailTest, NestingAndSizeHaveBounds) {
  std::string nested;
  for (int i = 0; i < 200; ++i) {
    absl::StrAppend(&nested, "Content-Type: multipart/mixed; boundary=b", i, "\r\n\r\n--b", i,
                    "\r\n");
  }
  EXPECT_NE(As<InboundNothing>(ReadInbound(nested + "text", kOurs)), nullptr);
  std::string many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 5000; ++i) many += "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n";
  EXPECT_NE(As<InboundNothing>(ReadInbound(many, kOurs)), nullptr);
  EXPECT_NE(As<InboundNothing>(ReadInbound(std::string(8 << 20, 'x'), kOurs)), nullptr);
  EXPECT_NE(As<InboundNothing>(ReadInbound("", kOurs)), nullptr);
}

}  // namespace
}  // namespace wici::notification
