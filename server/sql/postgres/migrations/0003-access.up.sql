-- Who may do what.

create table florin.api_keys (
  id             uuid        primary key,
  name           text        not null,
  scopes         text[]      not null,
  created_at     timestamptz not null,
  -- From this moment on it is not taken; null never expires.
  expires_at     timestamptz,
  rotated_at     timestamptz,
  -- Until when the secret before the last rotation is taken.
  overlaps_until timestamptz,
  revoked_at     timestamptz,
  -- Keyed hashes, in hex: without the key, which the database does not have, they tell nothing.
  secret_hash    text        not null,
  previous_hash  text,
  constraint api_keys_overlap check ((overlaps_until is null) = (previous_hash is null))
);
create unique index api_keys_secret on florin.api_keys (secret_hash);
create unique index api_keys_previous on florin.api_keys (previous_hash) where previous_hash is not null;
