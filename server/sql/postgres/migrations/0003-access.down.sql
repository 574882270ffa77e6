-- Refuses while there is anything that the older schema has no place for: it could not tell who may do what.
do $$
begin
  if exists (select from florin.api_keys) then
    raise exception 'there are API keys: the older schema has no place for them' using errcode = 'FL002';
  end if;
end
$$;

drop table florin.api_keys;
