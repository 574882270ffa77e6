// Original file: proto/florin/v1/accounts.proto

import type { Long } from '@grpc/proto-loader';

export interface CreateAccountRequest {
  'account_id'?: (number | string | Long);
  'initial_balance'?: (string);
  'idempotency_key'?: (string);
}

export interface CreateAccountRequest__Output {
  'account_id'?: (string);
  'initial_balance'?: (string);
  'idempotency_key'?: (string);
}
