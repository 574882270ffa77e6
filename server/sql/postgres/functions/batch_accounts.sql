-- The accounts that deciding a batch takes, but for the external ones of its currencies: those that it names, those
-- behind the holds, the transfers to be reversed, the quotes and the approvals that it names, and those that fees may go to.
--
-- Fees are looked for by currency. Accounts in p_unpriced, and those behind something, are named without their currency,
-- so theirs count as well. None of the columns read here ever changes, but for the policies, which the rules' lock keeps.
create function florin.batch_accounts(
  p_accounts bigint[], p_unpriced bigint[], p_holds uuid[], p_originals uuid[], p_quotes uuid[], p_approvals uuid[],
  p_currencies text[]
)
returns bigint[]
language plpgsql
stable
as $$
declare
  unpriced bigint[] := p_unpriced;
  named bigint[];
begin
  if cardinality(p_holds) > 0 then
    unpriced := unpriced || array(
      select unnest(array[source, destination, fee_account]) from florin.holds where id = any (p_holds)
    );
  end if;
  if cardinality(p_originals) > 0 then
    unpriced := unpriced || array(
      select unnest(array[posting ->> 'source', posting ->> 'destination'])::bigint
      from florin.transfers t, jsonb_array_elements(t.postings) as p (posting)
      where t.id = any (p_originals)
    );
  end if;
  if cardinality(p_quotes) > 0 then
    unpriced := unpriced || array(
      select unnest(array[sell_account, buy_account]) from florin.quotes where id = any (p_quotes)
    );
  end if;
  if cardinality(p_approvals) > 0 then
    unpriced := unpriced || array(
      select unnest(array[posting ->> 'source', posting ->> 'destination'])::bigint
      from florin.approvals a, jsonb_array_elements(a.transfer -> 'postings') as p (posting)
      where a.id = any (p_approvals)
    );
  end if;
  named := p_accounts || unpriced;
  if not exists (select from florin.policies where fee_account_id is not null) then
    return named;
  end if;
  return named || florin.fee_accounts(
    p_currencies || array(select currency from florin.accounts where id = any (unpriced))
  );
end
$$;
