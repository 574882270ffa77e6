-- Writes the approvals that a batch made and those that it ended, in the transaction that locked their accounts. What is
-- new is inserted and never merged, so that two processes which are given one id at once collide.
create function florin.apply_approvals(p_approvals jsonb)
returns void
language plpgsql
as $$
begin
  insert into florin.approvals
  select * from jsonb_populate_recordset(null::florin.approvals, p_approvals -> 'created');

  update florin.approvals t
  set status = a.status, decided_by = a.decided_by, updated_at = a.updated_at
  from jsonb_to_recordset(p_approvals -> 'changed')
    as a (id uuid, status text, decided_by text, updated_at timestamptz)
  where t.id = a.id;
end
$$;
