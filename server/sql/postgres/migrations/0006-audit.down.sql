-- Refuses once a page was sealed with its origins, without which its hash cannot be proved any more, and when somebody was
-- erased: the older schema would take another name for them.
do $$
begin
  if exists (
    select from florin.journal_pages p join florin.journal_head h on h.number = p.number where p.audit is not null
  ) or exists (select from florin.users where erased_at is not null)
  then
    raise exception 'the journal has an audit log: the older schema has no place for it' using errcode = 'FL002';
  end if;
end
$$;

drop index florin.idempotency_records_user;
alter table florin.users drop column erased_at;
drop table florin.audit_marks;
alter table florin.journal_pages drop column audit;
