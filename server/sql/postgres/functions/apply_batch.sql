-- Writes what a batch came to, set-wise, in the transaction that locked its accounts. Parallel arrays name the columns
-- of one table each (p_postings and p_key_outcomes are JSON arrays, which need no escaping); an empty array skips its
-- table, or leaves its column as it is or null. p_entry_transfers and p_failed_transfers are places in p_transfer_ids,
-- from 1.
create function florin.apply_batch(
  p_at timestamptz,
  p_registry jsonb, p_rules jsonb, p_access jsonb, p_approvals jsonb,
  p_account_ids bigint[], p_posted numeric[], p_last_entries bigint[], p_debited numeric[], p_debits bigint[],
  p_held numeric[], p_incoming numeric[], p_open_holds integer[],
  p_transfer_ids uuid[], p_postings jsonb, p_failures jsonb[], p_references text[], p_metadata jsonb[],
  p_details jsonb[],
  p_reversed jsonb,
  p_entry_accounts bigint[], p_entry_numbers bigint[], p_entry_transfers integer[], p_entry_amounts numeric[],
  p_entry_balances numeric[], p_entry_debited numeric[], p_entry_debits bigint[],
  p_backdated_accounts bigint[], p_backdated_numbers bigint[], p_effective_ats timestamptz[],
  p_backdated_amounts numeric[],
  p_failed_accounts bigint[], p_failed_transfers integer[],
  p_principals text[], p_keys text[], p_fingerprints text[], p_key_transfers uuid[], p_key_outcomes jsonb
)
returns void
language plpgsql
as $$
declare
  touched bigint;
begin
  if p_registry is not null then
    perform florin.apply_registry(p_at, p_registry);
  end if;
  if p_rules is not null then
    perform florin.apply_rules(p_rules);
  end if;
  if p_access is not null then
    perform florin.apply_access(p_access);
  end if;
  if p_approvals is not null then
    perform florin.apply_approvals(p_approvals);
  end if;

  if cardinality(p_account_ids) > 0 then
    if cardinality(p_held) = 0 then
      update florin.accounts a
      set posted = b.posted, last_entry = b.last_entry, debited = b.debited, debits = b.debits, updated_at = p_at
      from unnest(p_account_ids, p_posted, p_last_entries, p_debited, p_debits)
        as b (id, posted, last_entry, debited, debits)
      where a.id = b.id;
    else
      update florin.accounts a
      set posted = b.posted, last_entry = b.last_entry, debited = b.debited, debits = b.debits, held = b.held,
        incoming = b.incoming, open_holds = b.open_holds, updated_at = p_at
      from unnest(
        p_account_ids, p_posted, p_last_entries, p_debited, p_debits, p_held, p_incoming, p_open_holds
      ) as b (id, posted, last_entry, debited, debits, held, incoming, open_holds)
      where a.id = b.id;
    end if;
    get diagnostics touched = row_count;
    if touched <> cardinality(p_account_ids) then
      raise exception 'apply_batch updated % of % accounts', touched, cardinality(p_account_ids)
        using errcode = 'FL001';
    end if;
  end if;

  if cardinality(p_transfer_ids) > 0 then
    insert into florin.transfers (id, status, postings, failure, reference, metadata, details, created_at)
    select t.id, case when t.failure is null then 'posted' else 'failed' end, t.postings, t.failure, t.reference,
      coalesce(t.metadata, '{}'), t.details, p_at
    from rows from (
      unnest(p_transfer_ids, p_failures, p_references, p_metadata, p_details), jsonb_array_elements(p_postings)
    ) as t (id, failure, reference, metadata, details, postings);
  end if;

  if p_reversed is not null then
    update florin.transfers t
    set reversed = r.reversed
    from jsonb_to_recordset(p_reversed) as r (id uuid, reversed numeric[])
    where t.id = r.id;
  end if;

  if cardinality(p_entry_accounts) > 0 then
    insert into florin.entries
      (account_id, number, transfer_id, created_at, debits_after, amount, balance_after, debited_after, reference)
    select e.account_id, e.number, p_transfer_ids[e.transfer], p_at, e.debits_after, e.amount, e.balance_after,
      e.debited_after, p_references[e.transfer]
    from unnest(
      p_entry_accounts, p_entry_numbers, p_entry_transfers, p_entry_amounts, p_entry_balances, p_entry_debited,
      p_entry_debits
    ) as e (account_id, number, transfer, amount, balance_after, debited_after, debits_after);
  end if;

  if cardinality(p_backdated_accounts) > 0 then
    insert into florin.backdated_entries (account_id, number, effective_at, amount)
    select b.account_id, b.number, b.effective_at, b.amount
    from unnest(p_backdated_accounts, p_backdated_numbers, p_effective_ats, p_backdated_amounts)
      as b (account_id, number, effective_at, amount);
  end if;

  if cardinality(p_failed_accounts) > 0 then
    insert into florin.failed_transfer_accounts (account_id, created_at, transfer_id, reference)
    select f.account_id, p_at, p_transfer_ids[f.transfer], p_references[f.transfer]
    from unnest(p_failed_accounts, p_failed_transfers) as f (account_id, transfer);
  end if;

  if cardinality(p_keys) > 0 then
    insert into florin.idempotency_records (principal, key, fingerprint, transfer_id, outcome, created_at)
    select k.principal, k.key, k.fingerprint, k.transfer_id, nullif(k.outcome, 'null'), p_at
    from rows from (
      unnest(p_principals, p_keys, p_fingerprints, p_key_transfers), jsonb_array_elements(p_key_outcomes)
    ) as k (principal, key, fingerprint, transfer_id, outcome);
  end if;
end
$$;
