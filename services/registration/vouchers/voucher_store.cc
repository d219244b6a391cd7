#include "services/registration/vouchers/voucher_store.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/base/timestamp.h"
#include "libs/rpc/etag.h"
#include "services/registration/errors.h"
#include "services/registration/events/event_rules.h"
#include "services/registration/names.h"
#include "services/registration/seats/event_aggregate.h"
#include "services/registration/seats/queries.h"
#include "services/registration/vouchers/queries.h"
#include "services/registration/vouchers/voucher_rows.h"

namespace wici::registration {
namespace {

absl::StatusOr<VoucherRow> LoadVoucher(sql::Transaction& tx, std::string_view name) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kGetVoucher, {EventOf(name), IdOf(name)}));
  if (rows.empty()) return VoucherNotFoundError(name);
  VoucherRow row = ReadVoucher(rows[0]);
  row.voucher.set_used(static_cast<std::int32_t>(rows[0].Int(8)));
  return row;
}

// The event with its quotas and that of the voucher, or of none when it has no `voucher`.
absl::StatusOr<EventAggregate> LoadWithVoucher(sql::Transaction& tx, std::string_view event,
                                               std::string_view voucher, absl::Time now) {
  WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, EventAggregate::Load(tx, event, now));
  WICI_RETURN_IF_ERROR(CheckNotCancelled(aggregate.seats().event, aggregate.seats().state));
  v1::Registration holder;
  holder.set_voucher(std::string(voucher));
  WICI_RETURN_IF_ERROR(aggregate.LoadQuotas({&holder}));
  return aggregate;
}

// Seats that were kept for a voucher are everybody's now.
absl::Status PromoteOthers(EventAggregate& aggregate, Changes& changes) {
  WICI_RETURN_IF_ERROR(aggregate.LoadPlaces(0, {}));
  WICI_RETURN_IF_ERROR(aggregate.Promote(changes));
  return aggregate.Save();
}

absl::Status LostVoucher() { return absl::AbortedError("another change of the voucher was first"); }

absl::Status CheckVoucherCount(sql::Transaction& tx, std::string_view event, std::size_t more) {
  WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kCountVouchers, {event}));
  if (rows[0].Int(0) + static_cast<std::int64_t>(more) <= VoucherStore::kVouchersMax) {
    return absl::OkStatus();
  }
  return InvalidArgumentError(
      kDomain, {{"parent", absl::StrCat("must have at most ", VoucherStore::kVouchersMax,
                                        " vouchers, has ", rows[0].Int(0))}});
}

// `rows` of vouchers to be, each with its code; CODE_TAKEN when one of them is there.
absl::Status InsertVouchers(sql::Transaction& tx, std::string_view event,
                            const std::vector<VoucherRow>& rows) {
  std::vector<std::vector<sql::Value>> values;
  for (const VoucherRow& row : rows) values.push_back(VoucherValues(row));
  WICI_ASSIGN_OR_RETURN(const sql::Rows inserted,
                        tx.InsertMany(kInsertVouchers, kInsertVouchersSuffix, values));
  if (inserted.size() == rows.size()) return absl::OkStatus();
  std::set<std::string> made;
  for (const sql::Row& row : inserted) made.insert(row.Text(0));
  std::size_t first = 0;
  while (made.count(IdOf(rows[first].voucher.name())) > 0) ++first;
  return CodeTakenError(event, absl::StrCat("codes[", first, "]"));
}

VoucherRow NewRow(const VoucherStore::NewVoucher& wanted, const v1::Voucher& like, absl::Time now) {
  VoucherRow row{like, 1, wanted.code_key};
  v1::Voucher& voucher = row.voucher;
  voucher.set_name(wanted.name);
  voucher.set_etag(rpc::MakeEtag(row.revision));
  SetTimestamp(now, *voucher.mutable_create_time());
  *voucher.mutable_update_time() = voucher.create_time();
  voucher.set_state(v1::VOUCHER_STATE_ACTIVE);
  voucher.clear_used();
  voucher.clear_code();
  return row;
}

}  // namespace

absl::StatusOr<v1::BatchCreateVouchersResponse> VoucherStore::Create(
    const Call& call, std::string_view event, const v1::Voucher& like,
    const std::vector<NewVoucher>& wanted) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::BatchCreateVouchersResponse>(
      call,
      [&](sql::Transaction& tx,
          Changes& changes) -> absl::StatusOr<v1::BatchCreateVouchersResponse> {
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, LoadWithVoucher(tx, event, "", now));
        for (const std::string& category : like.admission_categories()) {
          if (aggregate.FindQuota(category) == nullptr) {
            return AdmissionCategoryNotFoundError(category);
          }
        }
        WICI_RETURN_IF_ERROR(CheckVoucherCount(tx, event, wanted.size()));
        v1::BatchCreateVouchersResponse response;
        std::vector<VoucherRow> rows;
        for (const NewVoucher& one : wanted) {
          rows.push_back(NewRow(one, like, now));
          const v1::Voucher& voucher = rows.back().voucher;
          *response.add_vouchers() = voucher;
          WICI_RETURN_IF_ERROR(aggregate.PutQuota(QuotaOf(voucher)));
          aggregate.LogVoucher({voucher.name(), "created", "", call.key.principal});
          changes.push_back(aggregate.MakeChange("voucher.created", voucher.name(), ""));
        }
        WICI_RETURN_IF_ERROR(InsertVouchers(tx, event, rows));
        WICI_RETURN_IF_ERROR(aggregate.Save());
        return response;
      });
}

absl::StatusOr<v1::Voucher> VoucherStore::Get(absl::Time deadline, std::string_view name) {
  v1::Voucher voucher;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(VoucherRow row, LoadVoucher(tx, name));
    voucher = std::move(row.voucher);
    return absl::OkStatus();
  }));
  return voucher;
}

absl::StatusOr<std::vector<v1::Voucher>> VoucherStore::List(absl::Time deadline,
                                                            std::string_view event,
                                                            std::string_view after_id,
                                                            std::int64_t limit) {
  std::vector<v1::Voucher> vouchers;
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_ASSIGN_OR_RETURN(const sql::Rows events, tx.Execute(kGetSeats, {event}));
    if (events.empty()) return EventNotFoundError(event);
    WICI_ASSIGN_OR_RETURN(const sql::Rows rows,
                          tx.Execute(kListVouchers, {event, after_id, limit}));
    vouchers.clear();
    for (const sql::Row& row : rows) {
      vouchers.push_back(ReadVoucher(row).voucher);
      vouchers.back().set_used(static_cast<std::int32_t>(row.Int(8)));
    }
    return absl::OkStatus();
  }));
  return vouchers;
}

absl::StatusOr<std::vector<VoucherStore::LogEntry>> VoucherStore::ListLog(absl::Time deadline,
                                                                          std::string_view name,
                                                                          LogPlace after,
                                                                          std::int64_t limit) {
  std::vector<LogEntry> entries;
  const std::string event = EventOf(name);
  WICI_RETURN_IF_ERROR(database_.Read(deadline, [&](sql::Transaction& tx) -> absl::Status {
    WICI_RETURN_IF_ERROR(LoadVoucher(tx, name).status());
    WICI_ASSIGN_OR_RETURN(
        const sql::Rows rows,
        tx.Execute(kListVoucherLog, {event, IdOf(name), after.first, after.second, limit}));
    entries.clear();
    for (const sql::Row& row : rows) {
      LogEntry& entry = entries.emplace_back();
      entry.place = {row.Int(0), row.Int(1)};
      entry.entry.set_event_version(row.Int(0));
      entry.entry.set_kind(row.Text(2));
      if (!row.Text(3).empty()) entry.entry.set_registration(RegistrationName(event, row.Text(3)));
      entry.entry.set_actor(row.Text(4));
      SetTimestamp(FromMicros(row.Int(5)), *entry.entry.mutable_entry_time());
    }
    return absl::OkStatus();
  }));
  return entries;
}

absl::StatusOr<v1::Voucher> VoucherStore::Disable(const Call& call, std::string_view name,
                                                  std::string_view etag) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::Voucher>(
      call, [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::Voucher> {
        WICI_ASSIGN_OR_RETURN(VoucherRow row, LoadVoucher(tx, name));
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate,
                              LoadWithVoucher(tx, EventOf(name), name, now));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        v1::Voucher& voucher = row.voucher;
        if (voucher.state() == v1::VOUCHER_STATE_DISABLED) return voucher;
        WICI_RETURN_IF_ERROR(aggregate.KeepNothingFor(voucher.name()));
        aggregate.LogVoucher({voucher.name(), "disabled", "", call.key.principal});
        changes.push_back(aggregate.MakeChange("voucher.disabled", name, ""));
        WICI_RETURN_IF_ERROR(PromoteOthers(aggregate, changes));
        WICI_ASSIGN_OR_RETURN(
            const sql::Rows updated,
            tx.Execute(kDisableVoucher, {EventOf(name), IdOf(name), row.revision, ToMicros(now)}));
        if (updated.empty()) return LostVoucher();
        voucher.set_state(v1::VOUCHER_STATE_DISABLED);
        voucher.set_etag(rpc::MakeEtag(row.revision + 1));
        SetTimestamp(now, *voucher.mutable_update_time());
        return voucher;
      });
}

absl::StatusOr<v1::DeleteVoucherResponse> VoucherStore::Delete(const Call& call,
                                                               std::string_view name,
                                                               std::string_view etag) {
  const absl::Time now = mutation_.clock().Now();
  return mutation_.Run<v1::DeleteVoucherResponse>(
      call,
      [&](sql::Transaction& tx, Changes& changes) -> absl::StatusOr<v1::DeleteVoucherResponse> {
        WICI_ASSIGN_OR_RETURN(const VoucherRow row, LoadVoucher(tx, name));
        const std::string event = EventOf(name);
        WICI_ASSIGN_OR_RETURN(EventAggregate aggregate, LoadWithVoucher(tx, event, name, now));
        WICI_RETURN_IF_ERROR(rpc::CheckEtag(kDomain, name, etag, row.revision));
        if (row.voucher.used() > 0) return VoucherInUseError(name, row.voucher.used());
        WICI_RETURN_IF_ERROR(aggregate.RemoveQuota(row.voucher.name()));
        changes.push_back(aggregate.MakeChange("voucher.deleted", name, ""));
        WICI_RETURN_IF_ERROR(PromoteOthers(aggregate, changes));
        WICI_ASSIGN_OR_RETURN(const sql::Rows deleted,
                              tx.Execute(kDeleteVoucher, {event, IdOf(name), row.revision}));
        if (deleted.empty()) return LostVoucher();
        WICI_RETURN_IF_ERROR(tx.Execute(kDeleteVoucherLog, {event, IdOf(name)}).status());
        return v1::DeleteVoucherResponse();
      });
}

}  // namespace wici::registration
