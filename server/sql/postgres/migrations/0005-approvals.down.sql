-- Refuses while there is anything that the older schema has no place for: to drop an approval would free the id that it
-- promises, and a policy's rule that nobody knows any more would let pass what it forbids.
do $$
begin
  if exists (select from florin.approvals)
    or exists (select from florin.policy_versions where rules ? 'approval_above')
  then
    raise exception 'there are approvals, or policies that demand them: the older schema has no place for them'
      using errcode = 'FL002';
  end if;
end
$$;

drop table florin.approvals;
