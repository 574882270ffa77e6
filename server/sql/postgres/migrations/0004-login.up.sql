-- How users log in.

create table florin.logins (
  user_id         uuid        primary key,
  roles           text[]      not null,
  password_set_at timestamptz,
  -- Of argon2id, with its salt.
  password_hash   text,
  constraint logins_password check ((password_set_at is null) = (password_hash is null))
);

-- Those that have not ended. No token can be made from them: that takes the secret, which the database does not have.
create table florin.sessions (
  id           uuid        primary key,
  user_id      uuid        not null,
  started_at   timestamptz not null,
  -- Which refresh token is the next to be taken.
  generation   integer     not null,
  refreshed_at timestamptz not null,
  expires_at   timestamptz not null
);
create index sessions_user on florin.sessions (user_id);
create index sessions_expiry on florin.sessions (expires_at);

-- The keys that sign access tokens, for all processes of one Florin. Sealed under the secret.
create table florin.signing_keys (
  id         uuid        primary key,
  created_at timestamptz not null,
  sealed     text        not null
);
