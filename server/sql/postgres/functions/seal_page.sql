-- Adds the page of a batch to the journal and answers its number. The lock on the head row is the last one that a
-- commit takes, so writers wait for each other only here. The hash is that of pageHash in core/journal-page.ts. The parallel
-- arrays are the page's marks for the audit log.
create function florin.seal_page(
  p_batch_id uuid, p_at timestamptz, p_root bytea, p_facts text, p_audit text, p_mark_kinds text[], p_mark_values text[]
)
returns bigint
language plpgsql
as $$
declare
  head   florin.journal_head;
  sealed timestamptz;
  sealed_text text;
  page_hash bytea;
begin
  select * into strict head from florin.journal_head where only_row for update;
  sealed := greatest(p_at, head.sealed_at);
  sealed_text := to_char(sealed at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
  page_hash := sha256(head.hash || int8send(head.number + 1) || p_root || convert_to(sealed_text, 'UTF8'));

  insert into florin.journal_pages (number, batch_id, sealed_at, root, hash, facts, audit)
  values (head.number + 1, p_batch_id, sealed, p_root, page_hash, p_facts, p_audit);

  insert into florin.audit_marks (kind, value, page)
  select m.kind, m.value, head.number + 1 from unnest(p_mark_kinds, p_mark_values) as m (kind, value);

  update florin.journal_head set number = head.number + 1, hash = page_hash, sealed_at = sealed where only_row;
  return head.number + 1;
end
$$;
