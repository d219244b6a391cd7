# file: proto/wici/feed/v1/feed_service.proto
# A method gets another name.
s/rpc ReadChanges(/rpc FetchChanges(/
