# file: proto/wici/feed/v1/feed.proto
# A field changes its type.
s/int64 version = 3;/string version = 3;/
