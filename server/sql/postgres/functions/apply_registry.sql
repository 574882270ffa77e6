-- Writes the currencies, users and accounts that a batch made or changed. Each object says `created`; what is new is
-- inserted and never merged, so that two processes which make the same thing at once collide (23505) and the later
-- batch is decided again.
create function florin.apply_registry(p_at timestamptz, p_registry jsonb)
returns void
language plpgsql
as $$
begin
  insert into florin.currencies (code, scale, name, external_account_id, created_at)
  select c.code, c.scale, c.name, c.external_account_id, p_at
  from jsonb_to_recordset(p_registry -> 'currencies')
    as c (created boolean, code text, scale smallint, name text, external_account_id bigint)
  where c.created;

  update florin.currencies t
  set external_account_id = c.external_account_id
  from jsonb_to_recordset(p_registry -> 'currencies')
    as c (created boolean, code text, external_account_id bigint)
  where t.code = c.code and not c.created;

  insert into florin.users (id, version, metadata, created_at, updated_at, erased_at)
  select u.id, u.version, u.metadata, u.created_at, u.updated_at, u.erased_at
  from jsonb_to_recordset(p_registry -> 'users') as u (
    created boolean, id uuid, version integer, metadata jsonb, created_at timestamptz, updated_at timestamptz,
    erased_at timestamptz
  )
  where u.created;

  update florin.users t
  set version = u.version, metadata = u.metadata, updated_at = u.updated_at, erased_at = u.erased_at
  from jsonb_to_recordset(p_registry -> 'users')
    as u (created boolean, id uuid, version integer, metadata jsonb, updated_at timestamptz, erased_at timestamptz)
  where t.id = u.id and not u.created;

  -- Addresses that change are given up first, all of them: within one batch two users may change theirs with each other.
  update florin.user_profiles p
  set email_key = null
  from jsonb_to_recordset(p_registry -> 'users') as u (id uuid, email_key text)
  where p.user_id = u.id and p.email_key is distinct from u.email_key;

  insert into florin.user_profiles (user_id, name, email, email_key)
  select u.id, u.name, u.email, u.email_key
  from jsonb_to_recordset(p_registry -> 'users') as u (id uuid, name text, email text, email_key text)
  on conflict (user_id)
  do update set name = excluded.name, email = excluded.email, email_key = excluded.email_key;

  -- No kept answer tells any more who they were. Whoever made one had locked the user, and has committed.
  update florin.idempotency_records
  set outcome = jsonb_set(outcome, '{row}', outcome -> 'row' || '{"name": null, "email": null}')
  where outcome ->> 'kind' = 'user'
    and outcome -> 'row' ->> 'id' = any (array(select jsonb_array_elements_text(p_registry -> 'erased')));

  insert into florin.accounts (
    id, kind, user_id, currency, scale, posted, held, open_holds, incoming, debited, debits, credit_limit, last_entry,
    version, metadata, created_at, updated_at, closed_at
  )
  select a.id, a.kind, a.user_id, a.currency, a.scale, a.posted, a.held, a.open_holds, a.incoming, a.debited, a.debits,
    a.credit_limit, a.last_entry, a.version, a.metadata, a.created_at, a.updated_at, a.closed_at
  from jsonb_to_recordset(p_registry -> 'accounts') as a (
    created boolean, id bigint, kind text, user_id uuid, currency text, scale smallint, posted numeric, held numeric,
    open_holds integer, incoming numeric, debited numeric, debits bigint, credit_limit numeric, last_entry bigint,
    version integer, metadata jsonb, created_at timestamptz, updated_at timestamptz, closed_at timestamptz
  )
  where a.created;

  update florin.accounts t
  set posted = a.posted, held = a.held, open_holds = a.open_holds, incoming = a.incoming, debited = a.debited,
    debits = a.debits, credit_limit = a.credit_limit, last_entry = a.last_entry, version = a.version,
    metadata = a.metadata, updated_at = a.updated_at, closed_at = a.closed_at
  from jsonb_to_recordset(p_registry -> 'accounts') as a (
    created boolean, id bigint, posted numeric, held numeric, open_holds integer, incoming numeric, debited numeric,
    debits bigint, credit_limit numeric, last_entry bigint, version integer, metadata jsonb, updated_at timestamptz,
    closed_at timestamptz
  )
  where t.id = a.id and not a.created;
end
$$;
