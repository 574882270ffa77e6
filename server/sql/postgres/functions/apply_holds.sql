-- Writes the holds that a batch made (whole rows) and those that it changed.
create function florin.apply_holds(p_holds jsonb)
returns void
language plpgsql
as $$
begin
  insert into florin.holds
  select * from jsonb_populate_recordset(null::florin.holds, p_holds -> 'created');

  update florin.holds t
  set status = h.status, captured = h.captured, updated_at = h.updated_at
  from jsonb_to_recordset(p_holds -> 'changed')
    as h (id uuid, status text, captured numeric, updated_at timestamptz)
  where t.id = h.id;
end
$$;
