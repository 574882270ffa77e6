-- Locks, in id order, and reads the users of a batch: those named and those who have one of the e-mail addresses
-- (lower case).
create function florin.lock_users(p_ids uuid[], p_emails text[])
returns table (
  id uuid, name text, email text, metadata jsonb, version integer, created_at timestamptz, updated_at timestamptz
)
language plpgsql
set enable_seqscan = off
set jit = off
as $$
begin
  return query
    select u.id, p.name, p.email, u.metadata, u.version, u.created_at, u.updated_at
    from florin.users u
    left join florin.user_profiles p on p.user_id = u.id
    where u.id = any (p_ids || array(
      select q.user_id from florin.user_profiles q where lower(q.email) = any (p_emails)
    ))
    order by u.id
    for no key update of u;
end
$$;
