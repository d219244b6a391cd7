# file: proto/wici/feed/v1/feed.proto
# A field goes without being reserved.
/string person = 6;/d
