drop index florin.user_profiles_email_key;
alter table florin.user_profiles drop column email_key;
create unique index user_profiles_email on florin.user_profiles (lower(email));
