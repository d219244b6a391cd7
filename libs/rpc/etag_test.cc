#include "libs/rpc/etag.h"

#include <string>
#include <string_view>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/status_matchers.h"
#include "wici/testing/v1/echo_service.pb.h"

namespace wici::rpc {
namespace {

using testing::HasViolation;
using testing::IsOk;
using testing::Reason;
using testing::StatusIs;
using testing::v1::EchoRequest;

TEST(EtagTest, PassesTheCurrentVersionAndNone) {
  EXPECT_THAT(CheckEtag("x.wici", "events/e1", MakeEtag(7), 7), IsOk());
  EXPECT_THAT(CheckEtag("x.wici", "events/e1", "", 7), IsOk());
}

TEST(EtagTest, RefusesAnotherVersion) {
  for (const std::string& etag : {MakeEtag(6), std::string("7"), std::string("W/\"7\"")}) {
    const absl::Status status = CheckEtag("x.wici", "events/e1", etag, 7);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH"))) << etag;
    EXPECT_EQ(ErrorMetadataValue(status, "resource"), "events/e1");
  }
}

class UpdateMaskTest : public ::testing::Test {
 protected:
  UpdateMaskTest() {
    target_.set_name("events/e1");
    target_.set_code(1);
    target_.mutable_inner()->set_name("old");
    target_.mutable_inner()->set_number(1);
    target_.add_labels("old");
    source_.set_name("events/other");
    source_.mutable_inner()->set_name("new");
    source_.add_labels("new");
  }
  absl::Status Apply(const std::vector<std::string>& paths) {
    google::protobuf::FieldMask mask;
    for (const std::string& path : paths) mask.add_paths(path);
    Violations violations;
    ApplyUpdateMask(mask, source_, {"code", "inner", "labels"}, violations, target_);
    return violations.ToStatus("x.wici");
  }

  EchoRequest target_;
  EchoRequest source_;
};

TEST_F(UpdateMaskTest, CopiesTheNamedFieldsOnly) {
  EXPECT_THAT(Apply({"labels"}), IsOk());
  EXPECT_EQ(target_.labels_size(), 1);
  EXPECT_EQ(target_.labels(0), "new");
  EXPECT_EQ(target_.inner().name(), "old");
  EXPECT_EQ(target_.name(), "events/e1");
}

TEST_F(UpdateMaskTest, ClearsANamedFieldThatTheSourceLacks) {
  EXPECT_THAT(Apply({"code"}), IsOk());
  EXPECT_EQ(target_.code(), 0);
}

TEST_F(UpdateMaskTest, FollowsAPathIntoAMessage) {
  EXPECT_THAT(Apply({"inner.name"}), IsOk());
  EXPECT_EQ(target_.inner().name(), "new");
  EXPECT_EQ(target_.inner().number(), 1);
  EXPECT_THAT(Apply({"inner"}), IsOk());
  EXPECT_EQ(target_.inner().number(), 0);
}

TEST_F(UpdateMaskTest, TakesEveryPopulatedFieldWithoutAMask) {
  EXPECT_THAT(Apply({}), IsOk());
  EXPECT_EQ(target_.name(), "events/e1");  // may not be updated: left alone
  EXPECT_EQ(target_.code(), 1);            // absent in the source
  EXPECT_EQ(target_.inner().name(), "new");
  EXPECT_EQ(target_.labels(0), "new");
}

TEST_F(UpdateMaskTest, ReplacesEverythingAllowedWithAStar) {
  EXPECT_THAT(Apply({"*"}), IsOk());
  EXPECT_EQ(target_.name(), "events/e1");
  EXPECT_EQ(target_.code(), 0);
  EXPECT_EQ(target_.inner().number(), 0);
}

TEST_F(UpdateMaskTest, RefusesUnknownAndForbiddenPaths) {
  for (const char* path : {"nothing", "inner.nothing", "name", "", "labels.x"}) {
    EXPECT_THAT(Apply({path}),
                StatusIs(absl::StatusCode::kInvalidArgument, HasViolation("update_mask")))
        << path;
  }
  EXPECT_EQ(target_.name(), "events/e1");
}

}  // namespace
}  // namespace wici::rpc
