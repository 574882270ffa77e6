-- Refuses while there is anything that the older schema has no place for: nobody could log in any more.
do $$
begin
  if exists (select from florin.logins) then
    raise exception 'there are passwords and roles of users: the older schema has no place for them'
      using errcode = 'FL002';
  end if;
end
$$;

drop table florin.signing_keys;
drop table florin.sessions;
drop table florin.logins;
