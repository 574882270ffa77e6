-- Writes the policies, quotes and closed books that a batch came to. What changes or takes away policies, or closes
-- books, has the rules' lock for itself, so nothing here collides. A policy taken away makes room for a new one.
create function florin.apply_rules(p_rules jsonb)
returns void
language plpgsql
as $$
begin
  delete from florin.policies
  where id in (select r.id::uuid from jsonb_array_elements_text(p_rules -> 'removed_policies') as r (id));

  update florin.policies t
  set version = p.version, rules = p.rules, fee_account_id = p.fee_account_id, updated_at = p.updated_at
  from jsonb_to_recordset(p_rules -> 'changed_policies')
    as p (id uuid, version integer, rules jsonb, fee_account_id bigint, updated_at timestamptz)
  where t.id = p.id;

  insert into florin.policies
  select * from jsonb_populate_recordset(null::florin.policies, p_rules -> 'created_policies');

  insert into florin.policy_versions
  select * from jsonb_populate_recordset(null::florin.policy_versions, p_rules -> 'policy_versions');

  insert into florin.quotes
  select * from jsonb_populate_recordset(null::florin.quotes, p_rules -> 'created_quotes');

  update florin.quotes t
  set transfer_id = q.transfer_id
  from jsonb_to_recordset(p_rules -> 'used_quotes') as q (id uuid, transfer_id uuid)
  where t.id = q.id;

  update florin.books
  set closed_through = (p_rules ->> 'closed_through')::timestamptz
  where only_row and p_rules ? 'closed_through';
end
$$;
