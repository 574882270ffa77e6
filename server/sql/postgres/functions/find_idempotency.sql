-- The records under these idempotency keys (parallel arrays). Called after the accounts are locked, so that what another
-- process committed under the same key while this one waited is seen.
create function florin.find_idempotency(p_principals text[], p_keys text[])
returns setof florin.idempotency_records
language sql
stable
set enable_seqscan = off
set jit = off
as $$
  select r.*
  from unnest(p_principals, p_keys) as k (principal, key)
  join florin.idempotency_records r on r.principal = k.principal and r.key = k.key
$$;
