// Original file: proto/florin/v1/transfers.proto

import type { Long } from '@grpc/proto-loader';

export interface CreateTransferRequest {
  'source_account_id'?: (number | string | Long);
  'destination_account_id'?: (number | string | Long);
  'amount'?: (string);
  'idempotency_key'?: (string);
}

export interface CreateTransferRequest__Output {
  'source_account_id'?: (string);
  'destination_account_id'?: (string);
  'amount'?: (string);
  'idempotency_key'?: (string);
}
