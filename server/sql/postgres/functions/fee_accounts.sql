-- The accounts that the fees of policies in these currencies go to. There may be as many policies as accounts, and they
-- share a few of these: each step of the walk along the index begins behind the account found before.
create function florin.fee_accounts(p_currencies text[])
returns bigint[]
language plpgsql
stable
as $$
begin
  return array(
    with recursive paid (currency, id) as (
      select c.code, 0::bigint from unnest(p_currencies) as c (code)
      union
      select paid.currency, (
        select min(p.fee_account_id) from florin.policies p
        where p.currency = paid.currency and p.fee_account_id > paid.id
      )
      from paid
      where paid.id is not null
    )
    select id from paid where id > 0
  );
end
$$;
