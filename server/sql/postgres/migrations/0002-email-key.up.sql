-- The form in which two e-mail addresses are the same is the core's to say (emailKey): lower() depends on the database's
-- locale, so that one database would refuse an address that another takes.

alter table florin.user_profiles add column email_key text;
update florin.user_profiles set email_key = lower(email);
drop index florin.user_profiles_email;
create unique index user_profiles_email_key on florin.user_profiles (email_key);
