-- Writes the API keys that a batch made or changed, and how users log in. What changes was locked, so nothing here
-- collides.
create function florin.apply_access(p_access jsonb)
returns void
language plpgsql
as $$
begin
  insert into florin.api_keys
  select * from jsonb_populate_recordset(null::florin.api_keys, p_access -> 'created_api_keys');

  update florin.api_keys t
  set rotated_at = k.rotated_at, overlaps_until = k.overlaps_until, revoked_at = k.revoked_at,
    secret_hash = k.secret_hash, previous_hash = k.previous_hash
  from jsonb_populate_recordset(null::florin.api_keys, p_access -> 'changed_api_keys') as k
  where t.id = k.id;

  if jsonb_array_length(p_access -> 'logins') + jsonb_array_length(p_access -> 'sessions')
    + jsonb_array_length(p_access -> 'ended_sessions') > 0 then
    perform florin.apply_login(p_access);
  end if;
end
$$;
