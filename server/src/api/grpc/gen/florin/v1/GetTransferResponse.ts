// Original file: proto/florin/v1/transfers.proto

import type { Transfer as _florin_v1_Transfer, Transfer__Output as _florin_v1_Transfer__Output } from '../../florin/v1/Transfer.ts';

export interface GetTransferResponse {
  'transfer'?: (_florin_v1_Transfer | null);
}

export interface GetTransferResponse__Output {
  'transfer'?: (_florin_v1_Transfer__Output);
}
