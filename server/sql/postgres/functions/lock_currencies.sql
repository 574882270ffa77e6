-- Locks, in code order, and reads the currencies of a batch.
create function florin.lock_currencies(p_codes text[])
returns setof florin.currencies
language sql
set enable_seqscan = off
set jit = off
as $$
  select c.* from florin.currencies c where c.code = any (p_codes) order by c.code for no key update
$$;
