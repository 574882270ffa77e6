-- Writes what a batch came to, set-wise, in the transaction that locked its accounts. Parallel arrays name the columns
-- of one table each (p_postings is a JSON array, which needs no escaping); an empty array skips its table.
create function florin.apply_batch(
  p_at timestamptz,
  p_registry jsonb,
  p_account_ids bigint[], p_posted numeric[], p_last_entries bigint[],
  p_transfer_ids uuid[], p_statuses text[], p_postings jsonb, p_failures jsonb[], p_references text[],
  p_metadata jsonb[],
  p_entry_accounts bigint[], p_entry_numbers bigint[], p_entry_transfers uuid[], p_entry_amounts numeric[],
  p_entry_balances numeric[],
  p_failed_accounts bigint[], p_failed_transfers uuid[],
  p_principals text[], p_keys text[], p_fingerprints text[], p_key_transfers uuid[], p_key_outcomes jsonb[]
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

  if cardinality(p_account_ids) > 0 then
    update florin.accounts a
    set posted = b.posted, last_entry = b.last_entry, updated_at = p_at
    from unnest(p_account_ids, p_posted, p_last_entries) as b (id, posted, last_entry)
    where a.id = b.id;
    get diagnostics touched = row_count;
    if touched <> cardinality(p_account_ids) then
      raise exception 'apply_batch updated % of % accounts', touched, cardinality(p_account_ids)
        using errcode = 'FL001';
    end if;
  end if;

  if cardinality(p_transfer_ids) > 0 then
    insert into florin.transfers (id, status, postings, failure, reference, metadata, created_at)
    select t.id, t.status, t.postings, t.failure, t.reference, t.metadata, p_at
    from rows from (
      unnest(p_transfer_ids, p_statuses, p_failures, p_references, p_metadata), jsonb_array_elements(p_postings)
    ) as t (id, status, failure, reference, metadata, postings);
  end if;

  if cardinality(p_entry_accounts) > 0 then
    insert into florin.entries (account_id, number, transfer_id, amount, balance_after, created_at)
    select e.account_id, e.number, e.transfer_id, e.amount, e.balance_after, p_at
    from unnest(p_entry_accounts, p_entry_numbers, p_entry_transfers, p_entry_amounts, p_entry_balances)
      as e (account_id, number, transfer_id, amount, balance_after);
  end if;

  if cardinality(p_failed_accounts) > 0 then
    insert into florin.failed_transfer_accounts (account_id, created_at, transfer_id)
    select f.account_id, p_at, f.transfer_id
    from unnest(p_failed_accounts, p_failed_transfers) as f (account_id, transfer_id);
  end if;

  if cardinality(p_keys) > 0 then
    insert into florin.idempotency_records (principal, key, fingerprint, transfer_id, outcome, created_at)
    select k.principal, k.key, k.fingerprint, k.transfer_id, k.outcome, p_at
    from unnest(p_principals, p_keys, p_fingerprints, p_key_transfers, p_key_outcomes)
      as k (principal, key, fingerprint, transfer_id, outcome);
  end if;
end
$$;
