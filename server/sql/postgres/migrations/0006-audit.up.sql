-- The audit log, and persons who are erased. Nothing of what there is is gone through: the audit log begins with the next
-- page of the journal.

-- From where the facts of the page came: one line, sealed with them as their last leaf. Null in pages that are older.
alter table florin.journal_pages add column audit text;
do $$
begin
  alter table florin.journal_pages alter column audit set compression lz4;
exception
  when feature_not_supported then null;
end
$$;

-- Which pages have entries of whom, of what operation, type and target, and which have refused ones: so pages are found,
-- not entries. A row for each transfer and each of these would cost as much as the transfers themselves.
create table florin.audit_marks (
  kind  text   not null check (kind in ('principal', 'operation', 'type', 'target', 'refused')),
  value text   not null,
  page  bigint not null,
  primary key (kind, value, page)
);

alter table florin.users add column erased_at timestamptz;

-- Answers that tell who a user is, so that they can be found when the person is erased.
create index idempotency_records_user on florin.idempotency_records ((outcome -> 'row' ->> 'id'))
  where outcome ->> 'kind' = 'user';
