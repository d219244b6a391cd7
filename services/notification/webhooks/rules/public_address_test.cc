#include "services/notification/webhooks/rules/public_address.h"

#include <string>

#include "gtest/gtest.h"

namespace wici::notification {
namespace {

bool IsPublic(const std::string& text) { return IsPublicAddress(AddressBytes(text)); }

TEST(PublicAddressTest, AddressesOfTheInternetArePublic) {
  for (const char* address :
       {"1.1.1.1",         "9.255.255.255",        "11.0.0.0",       "100.63.255.255",
        "100.128.0.0",     "126.255.255.255",      "128.0.0.0",      "169.253.255.255",
        "169.255.0.0",     "172.15.255.255",       "172.32.0.0",     "192.0.1.0",
        "192.167.255.255", "192.169.0.0",          "198.17.255.255", "198.20.0.0",
        "223.255.255.255", "2606:4700:4700::1111", "2a02:a000::1",   "2001:200::1",
        "2003::1"}) {
    EXPECT_TRUE(IsPublic(address)) << address;
  }
}

TEST(PublicAddressTest, NetworksOfSpecialPurposeAreNotPublicFromTheirFirstToTheirLastAddress) {
  for (const char* address :
       {"0.0.0.0",         "0.255.255.255",   "10.0.0.0",        "10.255.255.255",
        "100.64.0.0",      "100.127.255.255", "127.0.0.1",       "127.255.255.255",
        "169.254.0.0",     "169.254.169.254", "169.254.255.255", "172.16.0.0",
        "172.31.255.255",  "192.0.0.0",       "192.0.0.255",     "192.0.2.1",
        "192.88.99.1",     "192.168.0.0",     "192.168.255.255", "198.18.0.0",
        "198.19.255.255",  "198.51.100.7",    "203.0.113.7",     "224.0.0.1",
        "239.255.255.255", "240.0.0.1",       "255.255.255.255"}) {
    EXPECT_FALSE(IsPublic(address)) << address;
  }
  for (const char* address :
       {"::", "::1", "fc00::1", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1",
        "100::1", "2001:db8::1", "3fff::1", "5f00::1", "2001:10::1", "2001:2::1"}) {
    EXPECT_FALSE(IsPublic(address)) << address;
  }
}

TEST(PublicAddressTest, AnAddressThatWrapsAnotherOneIsNotPublicWhateverItWraps) {
  for (const char* address :
       {"::ffff:1.1.1.1", "::ffff:169.254.169.254", "::ffff:0:1.1.1.1", "::1.1.1.1",
        "64:ff9b::1.1.1.1", "64:ff9b:1::a00:1", "2002:a9fe:a9fe::1", "2002:101:101::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2"}) {
    EXPECT_FALSE(IsPublic(address)) << address;
  }
}

TEST(PublicAddressTest, WhatIsNoAddressIsNotPublic) {
  for (const char* text : {"", "example.org", "1.1.1", "0x7f.0.0.1", "017.0.0.1", "1.1.1.1 ",
                           "fe80::1%eth0", "[2606:4700::1]"}) {
    EXPECT_EQ(AddressBytes(text), "") << text;
    EXPECT_FALSE(IsPublic(text)) << text;
  }
  EXPECT_EQ(AddressBytes(std::string("1.1.1.1\0x", 9)), "");
  EXPECT_FALSE(IsPublicAddress("12345"));
}

}  // namespace
}  // namespace wici::notification
