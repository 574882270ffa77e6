// Original file: proto/florin/v1/transfers.proto

import type { TransferStatus as _florin_v1_TransferStatus, TransferStatus__Output as _florin_v1_TransferStatus__Output } from '../../florin/v1/TransferStatus.ts';
import type { Failure as _florin_v1_Failure, Failure__Output as _florin_v1_Failure__Output } from '../../florin/v1/Failure.ts';
import type { Timestamp as _google_protobuf_Timestamp, Timestamp__Output as _google_protobuf_Timestamp__Output } from '../../google/protobuf/Timestamp.ts';
import type { Long } from '@grpc/proto-loader';

export interface Transfer {
  'id'?: (string);
  'source_account_id'?: (number | string | Long);
  'destination_account_id'?: (number | string | Long);
  'amount'?: (string);
  'status'?: (_florin_v1_TransferStatus);
  'source_balance_after'?: (string);
  'destination_balance_after'?: (string);
  'failure'?: (_florin_v1_Failure | null);
  'created_at'?: (_google_protobuf_Timestamp | null);
  '_source_balance_after'?: "source_balance_after";
  '_destination_balance_after'?: "destination_balance_after";
}

export interface Transfer__Output {
  'id'?: (string);
  'source_account_id'?: (string);
  'destination_account_id'?: (string);
  'amount'?: (string);
  'status'?: (_florin_v1_TransferStatus__Output);
  'source_balance_after'?: (string);
  'destination_balance_after'?: (string);
  'failure'?: (_florin_v1_Failure__Output);
  'created_at'?: (_google_protobuf_Timestamp__Output);
}
