-- Writes the holds that a batch made and those that it changed, in the transaction that locked their accounts. Parallel
-- arrays name the columns; an empty one leaves its column null.
create function florin.apply_holds(
  p_at timestamptz,
  p_ids uuid[], p_statuses text[], p_sources bigint[], p_destinations bigint[], p_amounts numeric[],
  p_currencies text[], p_scales smallint[], p_captured numeric[], p_fee_accounts bigint[], p_fee_amounts numeric[],
  p_expires_ats timestamptz[], p_references text[], p_metadata jsonb[],
  p_changed_ids uuid[], p_changed_statuses text[], p_changed_captured numeric[]
)
returns void
language plpgsql
as $$
begin
  if cardinality(p_ids) > 0 then
    insert into florin.holds (
      id, status, source, destination, amount, currency, scale, captured, fee_account, fee_amount, expires_at,
      reference, metadata, created_at, updated_at
    )
    select h.id, h.status, h.source, h.destination, h.amount, h.currency, h.scale, h.captured, h.fee_account,
      h.fee_amount, h.expires_at, h.reference, coalesce(h.metadata, '{}'), p_at, p_at
    from unnest(
      p_ids, p_statuses, p_sources, p_destinations, p_amounts, p_currencies, p_scales, p_captured, p_fee_accounts,
      p_fee_amounts, p_expires_ats, p_references, p_metadata
    ) as h (
      id, status, source, destination, amount, currency, scale, captured, fee_account, fee_amount, expires_at,
      reference, metadata
    );
  end if;

  if cardinality(p_changed_ids) > 0 then
    update florin.holds t
    set status = h.status, captured = h.captured, updated_at = p_at
    from unnest(p_changed_ids, p_changed_statuses, p_changed_captured) as h (id, status, captured)
    where t.id = h.id;
  end if;
end
$$;
