-- Writes how users log in, where a batch changed it. Their users were locked, so nothing here collides.
create function florin.apply_login(p_access jsonb)
returns void
language plpgsql
as $$
begin
  insert into florin.logins
  select * from jsonb_populate_recordset(null::florin.logins, p_access -> 'logins')
  on conflict (user_id) do update
  set roles = excluded.roles, password_set_at = excluded.password_set_at, password_hash = excluded.password_hash;

  insert into florin.sessions
  select * from jsonb_populate_recordset(null::florin.sessions, p_access -> 'sessions')
  on conflict (id) do update
  set generation = excluded.generation, refreshed_at = excluded.refreshed_at, expires_at = excluded.expires_at;

  delete from florin.sessions
  where id in (select e.id::uuid from jsonb_array_elements_text(p_access -> 'ended_sessions') as e (id));
end
$$;
