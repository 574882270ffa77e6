-- Refuses while there is anything that the older schema has no place for: to drop a hold would set free what it
-- reserves, to drop a policy would let pass what it forbids, and an answer kept for a retry would be lost.
do $$
begin
  if exists (select from florin.holds) or exists (select from florin.policy_versions)
    or exists (select from florin.quotes) or exists (select from florin.books where closed_through is not null)
    or exists (select from florin.accounts where closed_at is not null)
    or exists (select from florin.transfers where details is not null)
    or exists (
      select from florin.idempotency_records
      where outcome is not null
        and (transfer_id is not null or outcome ->> 'kind' not in ('account', 'user', 'currency', 'rejected'))
    )
  then
    raise exception 'the ledger has holds, policies, quotes, closed books or the like, which schema 0001 cannot keep'
      using errcode = 'FL002';
  end if;
end
$$;

alter table florin.idempotency_records
  drop constraint idempotency_answer,
  add constraint idempotency_answer check ((transfer_id is null) <> (outcome is null));

drop table florin.books, florin.quotes, florin.policy_versions, florin.policies, florin.holds, florin.backdated_entries;
drop index florin.transfers_failed, florin.transfers_hold, florin.transfers_reversal;
alter table florin.transfers drop column details, drop column reversed;

alter table florin.accounts
  drop constraint accounts_floor,
  drop column held,
  drop column open_holds,
  drop column incoming,
  drop column debited,
  drop column debits,
  drop column closed_at,
  add constraint accounts_floor check (credit_limit is null or posted >= -credit_limit);
alter table florin.entries drop column debited_after, drop column debits_after;
drop index florin.entries_account_time;
create index entries_account_time on florin.entries (account_id, created_at, transfer_id);
