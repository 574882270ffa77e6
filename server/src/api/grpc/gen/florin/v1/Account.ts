// Original file: proto/florin/v1/accounts.proto

import type { Long } from '@grpc/proto-loader';

export interface Account {
  'account_id'?: (number | string | Long);
  'balance'?: (string);
}

export interface Account__Output {
  'account_id'?: (string);
  'balance'?: (string);
}
