// Original file: proto/florin/v1/accounts.proto

import type { Long } from '@grpc/proto-loader';

export interface GetAccountRequest {
  'account_id'?: (number | string | Long);
}

export interface GetAccountRequest__Output {
  'account_id'?: (string);
}
