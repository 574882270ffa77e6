-- The transfers with these ids, and those which are the answers kept under these idempotency keys (parallel arrays).
create function florin.find_transfers(p_ids uuid[], p_principals text[], p_keys text[])
returns setof florin.transfers
language sql
stable
set enable_seqscan = off
set jit = off
as $$
  select t.*
  from florin.transfers t
  where t.id = any (p_ids || array(
    select r.transfer_id
    from unnest(p_principals, p_keys) as k (principal, key)
    join florin.idempotency_records r on r.principal = k.principal and r.key = k.key
    where r.transfer_id is not null
  ))
$$;
