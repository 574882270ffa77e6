-- Writes the API keys that a batch made or changed. What changes was locked, so nothing here collides.
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
end
$$;
