-- The policies that may rule over these accounts: their own, those of their users, and those of every currency, which
-- are few; and those of the users and of the ids named.
create function florin.batch_policies(p_accounts bigint[], p_users uuid[], p_policies uuid[])
returns uuid[]
language plpgsql
stable
as $$
declare
  ids uuid[] := p_policies || array(select id from florin.policies where account_id is null and user_id is null);
begin
  if exists (select from florin.policies where account_id is not null) then
    ids := ids || array(select id from florin.policies where account_id = any (p_accounts));
  end if;
  if exists (select from florin.policies where user_id is not null) then
    ids := ids || array(
      select id from florin.policies where user_id = any (
        p_users || array(select user_id from florin.accounts where id = any (p_accounts) and user_id is not null)
      )
    );
  end if;
  return ids;
end
$$;
